from django.contrib.auth import get_user_model
from django.test import TestCase, override_settings

from core.models import Note


class Notes(TestCase):
    def setUp(self):
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)
        self.client.post("/notes/new", {"title": "Safe", "secret": "the code is 4711"})

    def test_a_note_shows_its_secret_to_its_owner_alone(self):
        self.assertContains(self.client.get("/notes"), "the code is 4711")
        self.client.force_login(get_user_model().objects.create_user("bob"))
        self.assertNotContains(self.client.get("/notes"), "Safe")

    def test_the_database_never_sees_the_secret(self):
        self.assertNotIn("4711", Note.objects.get().sealed)

    def test_a_lost_key_is_a_sentence_in_the_page(self):
        with override_settings(SECRET_KEY="another key than before", SECRET_KEY_FALLBACKS=[]):
            self.client.force_login(self.ada)
            answer = self.client.get("/notes")
        self.assertContains(answer, "sealed with another secret key")
        self.assertNotContains(answer, "4711")

    def test_nobody_deletes_the_note_of_somebody_else(self):
        note = Note.objects.get()
        self.client.force_login(get_user_model().objects.create_user("bob"))
        self.assertEqual(self.client.post(f"/notes/{note.pk}/delete").status_code, 404)
        self.client.force_login(self.ada)
        self.assertRedirects(self.client.post(f"/notes/{note.pk}/delete"), "/notes")
