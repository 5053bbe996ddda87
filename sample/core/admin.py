from django.contrib import admin

from core.models import Note, StoredFile

admin.site.site_header = admin.site.site_title = "Satchel"


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):
    list_display = ["title", "owner", "created"]

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(StoredFile)
class StoredFileAdmin(admin.ModelAdmin):
    list_display = ["name", "owner", "size", "created"]
    readonly_fields = ["content", "size"]

    def has_add_permission(self, request) -> bool:
        return False
