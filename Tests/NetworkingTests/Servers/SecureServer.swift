import Glibc

/// `openssl s_server` with a certificate of a private authority.
struct SecureServer {
    let url: String
    /// The authority's certificate, PEM.
    let authority: String

    /// Serves `https://127.0.0.1` with a certificate for `name` (`IP:…` or `DNS:…`) that is valid so many days.
    static func open<T>(
        name: String = "IP:127.0.0.1", days: Int = 2, during body: (SecureServer) async throws -> T
    ) async throws -> T {
        try await TemporaryFolder.open { folder in
            try makeCertificates(in: folder, name: name, days: days)
            // It says "ACCEPT 127.0.0.1:40123" when it listens.
            let command = try OpenSSLCommand([
                "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", folder.path("server.pem"), "-key",
                folder.path("server.key"),
            ])
            let port = command.line(beginning: "ACCEPT ")?.split(separator: ":").last
            let result: Result<T, any Error>
            do {
                guard let port else { throw OpenSSLCommand.Trouble(words: "s_server does not listen") }
                let server = SecureServer(url: "https://127.0.0.1:\(port)/", authority: folder.path("ca.pem"))
                result = .success(try await body(server))
            } catch {
                result = .failure(error)
            }
            // The threads of tests block SIGTERM, and a child inherits that.
            command.end(signal: SIGKILL)
            return try result.get()
        }
    }

    private static func makeCertificates(in folder: TemporaryFolder, name: String, days: Int) throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout"]
        try folder.write("subjectAltName=\(name)\n", to: "names")
        try OpenSSLCommand.run(
            ["req", "-x509"] + key + [
                folder.path("ca.key"), "-out", folder.path("ca.pem"), "-days", "2", "-subj", "/CN=Test authority",
                "-addext", "keyUsage=critical,keyCertSign",
            ])
        try OpenSSLCommand.run(
            ["req"] + key + [folder.path("server.key"), "-out", folder.path("server.csr"), "-subj", "/CN=server"])
        try OpenSSLCommand.run([
            "x509", "-req", "-in", folder.path("server.csr"), "-CA", folder.path("ca.pem"), "-CAkey",
            folder.path("ca.key"), "-CAcreateserial", "-days", "\(days)", "-extfile", folder.path("names"), "-out",
            folder.path("server.pem"),
        ])
    }
}
