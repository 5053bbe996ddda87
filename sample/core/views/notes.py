from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.forms import NoteForm
from core.models import Note


def index(request: HttpRequest) -> HttpResponse:
    notes = [
        {"note": note, "secret": note.secret} for note in Note.objects.filter(owner=request.user)
    ]
    return render(request, "core/notes.html", {"notes": notes, "section": "notes"})


def new(request: HttpRequest) -> HttpResponse:
    form = NoteForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "core/note_new.html", {"form": form, "section": "notes"})
    note = form.save(commit=False)
    note.owner = request.user
    note.secret = form.cleaned_data["secret"]
    note.save()
    return redirect("notes")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Note, pk=pk, owner=request.user).delete()
    return redirect("notes")
