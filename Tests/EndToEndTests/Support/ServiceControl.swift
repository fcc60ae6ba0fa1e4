import Foundation
import Glibc
import Testing

/// The API service as a person would run it: started, stopped and asked for by three scripts.
extension TestInstance {
    /// Writes the scripts and configures the service with them; the service is not started yet.
    ///
    /// A file `fail-next-start` makes the next start fail.
    ///
    /// - Returns: the service's address.
    func configureControl(health: String = "/api/health") throws -> String {
        let port = try Self.freePort()
        // A service that a broken test left behind ends by itself.
        try script(
            "start.sh",
            """
            exec 9> control.lock
            flock 9
            if [ -e fail-next-start ]; then rm fail-next-start; echo 'told to fail'; exit 1; fi
            if ./status.sh; then exit 0; fi
            setsid timeout 900 '\(Program.built("api-service"))' --port \(port) --database api/test.db \\
                >> service.log 2>&1 < /dev/null 9>&- &
            echo $! > service.pid
            """)
        try script(
            "stop.sh",
            """
            exec 9> control.lock
            flock 9
            if ./status.sh; then kill "$(cat service.pid)"; fi
            while ./status.sh; do sleep 0.02; done
            """)
        try script("status.sh", "grep -qs api-service \"/proc/$(cat service.pid 2> /dev/null)/cmdline\" || exit 3")
        let url = "http://127.0.0.1:\(port)"
        try configure(
            url: url,
            alsoService: """
                    control: {start: [./start.sh], stop: [./stop.sh], status: [./status.sh]}
                    health: \(health)
                """)
        return url
    }

    private func script(_ name: String, _ text: String) throws {
        try write("#!/bin/sh\ncd '\(folder)'\n\(text)\n", to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }

    /// Runs one of the scripts, and tells its exit status.
    @discardableResult
    func control(_ name: String) async throws -> Int32 {
        try await Program("\(folder)/\(name).sh", [], in: folder).wait().status
    }

    /// Starts the service and waits until it answers.
    func startControlled(_ url: String) async throws {
        #expect(try await control("start") == 0)
        try await until("the service answers") { try await self.answer(url + "/api/health") != nil }
    }

    /// What the service answers with status 200; nil for anything else.
    func answer(_ url: String) async throws -> String? {
        let script = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())"
        let ending = try await Program("python3", ["-c", script, url], in: folder).wait()
        return ending.status == 0 ? ending.output : nil
    }

    /// A port that nobody listens at, outside of the range from which the system gives out its own.
    private static func freePort() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if code == 0 { return port }
        }
        throw SetupFailure(reason: "no free port")
    }
}
