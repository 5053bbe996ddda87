from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from core.views import about, accounts, files, notes

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="notes"), name="home"),
    path("setup", accounts.setup, name="setup"),
    path("login", accounts.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(next_page="login"), name="logout"),
    path("language", login_not_required(set_language), name="set_language"),
    path("notes", notes.index, name="notes"),
    path("notes/new", notes.new, name="note-new"),
    path("notes/<int:pk>/delete", notes.delete, name="note-delete"),
    path("files", files.index, name="files"),
    path("files/new", files.new, name="file-new"),
    path("files/<int:pk>", files.download, name="file"),
    path("files/<int:pk>/delete", files.delete, name="file-delete"),
    path("about", about.about, name="about"),
    path("admin/", admin.site.urls),
]
