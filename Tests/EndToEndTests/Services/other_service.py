"""The runbook's API, written independently of api-service with Python's standard library, for tests.

Usage: other_service.py DATABASE. Its answers differ where a client must not care: other spacing, other key order, an
array for /api/users, a table with AUTOINCREMENT and CURRENT_TIMESTAMP, and a rollback journal instead of a WAL.
"""
import json
import os
import sqlite3
import sys
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = sys.argv[1]


def connect():
    return sqlite3.connect(PATH, timeout=5)


with connect() as database:
    database.execute(
        "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
        " email TEXT UNIQUE NOT NULL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"
    )
    count = database.execute("SELECT count(*) FROM users").fetchone()[0]
    database.executemany(
        "INSERT INTO users (name, email) VALUES (?, ?)",
        ((f"User {n}", f"user{n}@example.org") for n in range(count, 1500)),
    )


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def answer(self, status, value, kind="application/json"):
        body = (json.dumps(value, indent=1) if kind == "application/json" else value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/":
            self.answer(200, "<!doctype html><html><title>Users</title></html>", "text/html")
        elif path == "/api/health":
            now = datetime.now().isoformat()
            self.answer(200, {"timestamp": now, "service": "Another Test Server", "status": "healthy"})
        elif path == "/api/stats":
            total = connect().execute("SELECT count(*) FROM users").fetchone()[0]
            size = round(os.path.getsize(PATH) / 1048576, 2)
            self.answer(200, {"database_path": PATH, "database_size_mb": size, "total_users": total})
        elif path == "/api/users":
            rows = connect().execute("SELECT id, name, email FROM users LIMIT 50").fetchall()
            self.answer(200, [dict(zip(("id", "name", "email"), row)) for row in rows])
        else:
            self.answer(404, {"error": "not found"})


with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    print(f"Listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
