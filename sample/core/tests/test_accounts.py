from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client, TestCase, TransactionTestCase

ACCOUNT = {
    "username": "ada",
    "password1": "correct-horse-battery",
    "password2": "correct-horse-battery",
}


class FirstAccount(TestCase):
    def test_a_new_installation_leads_to_its_setup(self):
        self.assertRedirects(self.client.get("/login"), "/setup")

    def test_the_first_account_may_do_everything_and_is_logged_in(self):
        self.assertRedirects(self.client.post("/setup", ACCOUNT), "/notes")
        self.assertTrue(get_user_model().objects.get().is_superuser)

    def test_setup_is_closed_once_there_is_an_account(self):
        self.client.post("/setup", ACCOUNT)
        for answer in (Client().get("/setup"), Client().post("/setup", ACCOUNT)):
            self.assertRedirects(answer, "/login")
        self.assertEqual(get_user_model().objects.count(), 1)

    def test_nothing_is_shown_without_a_login(self):
        self.client.post("/setup", ACCOUNT)
        for page in ("/notes", "/files", "/files/1", "/about"):
            self.assertRedirects(Client().get(page), f"/login?next={page}")


class Race(TransactionTestCase):
    def test_of_many_who_ask_at_once_one_gets_the_first_account(self):
        def ask(number: int) -> int:
            try:
                answer = Client().post("/setup", {**ACCOUNT, "username": f"ada{number}"})
                return answer.status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            self.assertEqual(set(pool.map(ask, range(6))), {302})
        self.assertEqual(get_user_model().objects.count(), 1)
