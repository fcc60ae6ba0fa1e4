/// What a server does with a connection.
typealias Behaviour = @Sendable (Connection) -> Void

/// Reads the request, writes exactly this, closes.
func answering(_ text: String) -> Behaviour {
    { connection in
        connection.readRequest()
        connection.answer(text)
    }
}

/// A whole reply of HTTP/1.1.
func reply(_ status: String = "200 OK", headers: [String] = [], body: String = "") -> String {
    (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers + ["", body]).joined(separator: "\r\n")
}

/// Answers after so many milliseconds.
func answering(_ text: String, after milliseconds: Int32) -> Behaviour {
    { connection in
        connection.readRequest()
        connection.waitForClose(milliseconds: milliseconds)
        connection.answer(text)
    }
}

/// Reads the request, writes this, and then nothing more until the client gives up.
func stalling(after text: String = "") -> Behaviour {
    { connection in
        connection.readRequest()
        connection.write(text)
        connection.waitForClose()
    }
}

/// Writes `start`, then `piece` again and again, with pauses, until the client gives up.
func endless(_ start: String, _ piece: String, pause milliseconds: Int32 = 0) -> Behaviour {
    { connection in
        connection.readRequest()
        guard connection.write(start) else { return }
        while connection.write(piece) {
            if milliseconds > 0 { connection.waitForClose(milliseconds: milliseconds) }
        }
    }
}

/// Closes without reading, which resets the connection or ends it without a reply.
let closing: Behaviour = { $0.readRequest() }

let resetting: Behaviour = { connection in
    connection.readRequest()
    connection.resetOnClose()
}
