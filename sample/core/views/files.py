from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.forms import UploadForm
from core.models import StoredFile


def index(request: HttpRequest) -> HttpResponse:
    files = StoredFile.objects.select_related("owner")
    return render(request, "core/files.html", {"files": files, "section": "files"})


def new(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        context = {"form": form, "section": "files"}
        return render(request, "core/file_new.html", context, status=status)
    upload = form.cleaned_data["file"]
    StoredFile.objects.create(
        owner=request.user, name=upload.name, content=upload, size=upload.size
    )
    return redirect("files")


def download(request: HttpRequest, pk: int) -> HttpResponse:
    file = get_object_or_404(StoredFile, pk=pk)
    return FileResponse(file.content.open(), as_attachment=True, filename=file.name)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever brought a file may remove it, and whoever looks after the installation."""
    mine = {} if request.user.is_staff else {"owner": request.user}
    file = get_object_or_404(StoredFile, pk=pk, **mine)
    file.delete()
    file.content.delete(save=False)
    return redirect("files")
