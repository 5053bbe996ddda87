from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core.forms import FirstAccountForm
from db.locks import FIRST_ACCOUNT, exclusive


def is_new_installation() -> bool:
    return not get_user_model().objects.exists()


@login_not_required
@never_cache
def setup(request: HttpRequest) -> HttpResponse:
    """The first account, made in the page; of two who ask at once, one gets it."""
    if not is_new_installation():
        return redirect("login")
    form = FirstAccountForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "core/setup.html", {"form": form})
    with exclusive(FIRST_ACCOUNT):
        user = form.save() if is_new_installation() else None
    if user is None:
        messages.error(request, _("Somebody else has just made the first account."))
        return redirect("login")
    login(request, user)
    return redirect("notes")


@method_decorator(never_cache, name="dispatch")
class Login(LoginView):
    template_name = "core/login.html"
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return redirect("setup") if is_new_installation() else super().get(request, *args, **kwargs)
