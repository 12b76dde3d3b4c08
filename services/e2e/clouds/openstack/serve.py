"""Serves a WSGI application on loopback: serve.py MODULE:NAME PORT [ARGUMENT]...

The application takes its configuration from the environment, or from the arguments, as
under another server.
"""

import importlib
import socketserver
import sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

module, name = sys.argv[1].split(":")
port = int(sys.argv[2])
sys.argv = [sys.argv[0]] + sys.argv[3:]


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *_):
        pass


make_server("127.0.0.1", port, getattr(importlib.import_module(module), name), Server, Handler).serve_forever()
