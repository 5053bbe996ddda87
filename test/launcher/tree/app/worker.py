import echo_server

echo_server.tell()
