"""A service in trouble, for tests. Usage: faulty_service.py 503|hang|nonsense|close"""
import socketserver
import sys
import threading

BEHAVIOUR = sys.argv[1]


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = self.request.recv(4096)
            if not chunk:
                return
            data += chunk
        if BEHAVIOUR == "hang":
            threading.Event().wait(600)
        elif BEHAVIOUR == "close":
            return
        elif BEHAVIOUR == "503":
            self.request.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}")
        else:
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot JSON!")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", 0), Connection) as server:
    print(f"Listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
