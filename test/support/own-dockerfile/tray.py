"""A page and its static files, with nothing but the standard library."""

import http.server
import os
import pathlib
import shutil
import sys

__version__ = "1.0.0"

HERE = pathlib.Path(__file__).parent
STATIC = pathlib.Path(os.environ.get("APP_STATIC_DIR") or HERE / "static")


class Page(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/static/"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f"<p>Tray {os.environ.get('TRAY_VERSION')}".encode())

    def translate_path(self, path):
        return str(STATIC / path.removeprefix("/static/"))


def collect():
    shutil.copytree(HERE / "web/dist", STATIC / "web", dirs_exist_ok=True)
    (STATIC / "tray.css").write_text("p { color: teal }\n")


def serve():
    http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()


if __name__ == "__main__":
    {"collect": collect, "serve": serve}[sys.argv[1]]()
