import json
import tempfile
from pathlib import Path
from unittest import mock

from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import SimpleTestCase, TestCase
from django.utils import translation

from core import frontend


class Probes(TestCase):
    def test_the_probes_answer_whatever_the_host_is_called(self):
        for page in ("/healthz", "/readyz"):
            self.assertEqual(self.client.get(page, HTTP_HOST="10.0.0.7:8000").status_code, 200)

    def test_missing_migrations_are_named(self):
        MigrationRecorder(connection).migration_qs.filter(app="core").delete()
        self.assertContains(self.client.get("/readyz"), "1 migrations", status_code=503)

    def test_a_silent_database_is_told(self):
        silent = OperationalError("connection refused")
        with mock.patch("db.readiness.MigrationExecutor", side_effect=silent):
            self.assertContains(self.client.get("/readyz"), "does not answer", status_code=503)
            self.assertEqual(self.client.get("/healthz").status_code, 200)


class Languages(TestCase):
    def test_the_page_and_its_script_follow_the_language(self):
        page = self.client.get("/setup", headers={"accept-language": "de"})
        self.assertContains(page, '<html lang="de"')
        self.assertContains(page, "satchel-de-")

    def test_the_switch_is_remembered(self):
        self.client.post("/language", {"language": "de", "next": "/setup"})
        self.assertContains(self.client.get("/setup"), '<html lang="de"')


class Manifest(SimpleTestCase):
    def test_a_language_that_was_not_built_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            manifest = Path(folder) / "manifest.json"
            manifest.write_text(json.dumps({"de": {"script": "x.js"}}), encoding="utf-8")
            with mock.patch.object(frontend, "MANIFEST", manifest):
                frontend._read_manifest.cache_clear()
                self.addCleanup(frontend._read_manifest.cache_clear)
                with (
                    translation.override("en"),
                    self.assertRaisesMessage(frontend.FrontendMissingError, "language en"),
                ):
                    frontend.built("script")
