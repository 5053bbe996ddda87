import uuid

from django.conf import settings
from django.db import models

from db.sealing import KeyLostError, seal, unseal


class Note(models.Model):
    """A title in plain words, and a secret that only this installation can read."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=200)
    sealed = models.TextField(editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def secret(self) -> str | None:
        """The text, or None when it was sealed with a key that this installation no longer has."""
        try:
            return unseal(self.sealed)
        except KeyLostError:
            return None

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed = seal(text)


def stored_path(_file: "StoredFile", _name: str) -> str:
    return f"files/{uuid.uuid4().hex}"


class StoredFile(models.Model):
    """A file of the team; on disk it has a name of its own, so that no upload can choose a path."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    name = models.CharField(max_length=255)
    content = models.FileField(upload_to=stored_path)
    size = models.BigIntegerField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.name
