import tempfile
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings

from core.models import StoredFile


class Files(TestCase):
    def setUp(self):
        media = tempfile.TemporaryDirectory()
        self.addCleanup(media.cleanup)
        settings = override_settings(MEDIA_ROOT=media.name)
        settings.enable()
        self.addCleanup(settings.disable)
        self.client.force_login(get_user_model().objects.create_user("ada"))
        upload = SimpleUploadedFile("hello.txt", b"hello")
        self.assertRedirects(self.client.post("/files/new", {"file": upload}), "/files")
        self.file = StoredFile.objects.get()

    def test_an_uploaded_file_is_listed_and_downloaded_under_its_name(self):
        self.assertContains(self.client.get("/files"), "hello.txt")
        answer = self.client.get(f"/files/{self.file.pk}")
        self.assertEqual(b"".join(answer.streaming_content), b"hello")
        self.assertIn('filename="hello.txt"', answer["Content-Disposition"])

    def test_an_upload_without_a_file_is_refused_with_a_reason(self):
        self.assertContains(self.client.post("/files/new"), "required", status_code=400)

    def test_a_deleted_file_leaves_the_disk(self):
        path = self.file.content.path
        self.client.post(f"/files/{self.file.pk}/delete")
        self.assertFalse(Path(path).exists())

    def test_a_member_deletes_only_files_of_their_own(self):
        self.client.force_login(get_user_model().objects.create_user("bob"))
        self.assertEqual(self.client.post(f"/files/{self.file.pk}/delete").status_code, 404)
