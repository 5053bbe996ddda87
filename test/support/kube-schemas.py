"""Writes the schemas of one Kubernetes version in the form that kubeconform reads, from the wheel kubernetes-validate.

usage: kube-schemas.py WHEEL VERSION FOLDER
"""
import json
import os
import sys
import zipfile

wheel, version, folder = sys.argv[1:4]
inside = 'kubernetes_validate/kubernetes-json-schema/v%s-local-strict/' % version
os.makedirs(folder, exist_ok=True)
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if not name.startswith(inside) or name.endswith('/all.json'):
            continue
        schema = json.loads(archive.read(name))
        for key in ('$id', 'id'):
            schema.pop(key, None)
        text = json.dumps(schema).replace('"/api/_definitions.json#', '"_definitions.json#')
        with open(os.path.join(folder, os.path.basename(name)), 'w') as file:
            file.write(text)
