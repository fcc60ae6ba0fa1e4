import Foundation
import Glibc
import Testing

/// A daemon that tells people, answers those who ask after it, and waits for pings.
@Suite(.timeLimit(.minutes(5)))
struct WatchfulDaemonTests {
    private static let key = "a-key-of-enough-characters"

    /// A port that was free a moment ago.
    private func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard bind(descriptor, pointer, size) == 0, getsockname(descriptor, pointer, &size) == 0 else {
                    throw TestInstance.SetupFailure(reason: "no free port")
                }
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
    }

    private func configure(_ instance: TestInstance, port: UInt16) throws {
        try instance.write(
            """
            timezone: Europe/Paris
            folders: {schedules: schedules, plugins: [], state: state, reports: reports}
            endpoint: {listen: "127.0.0.1:\(port)"}
            metrics: {textfile: ronde.prom, every: 5s}
            notifications:
              channels:
                people: {command: [/bin/sh, -c, "cat >> \(instance.folder)/told"]}
            expects:
              nightly: {key: {file: key}, every: 1h}
            services:
              api:
                url: http://127.0.0.1:9
                databases: {main: {sqlite: api/test.db}}
                backups: {daily: backups, weekly: backups/weekly, monthly: archives}
            """, to: "ronde.yaml")
        try instance.write(Self.key + "\n", to: "key")
        chmod(instance.folder + "/key", 0o600)
        try instance.schedule(
            "watch",
            """
            checklist: watch
            service: api
            tasks: [{task: probe, plugin: health, with: {retries: 0}}]
            """)
    }

    private func ask(_ instance: TestInstance, _ port: UInt16, _ path: String) async throws -> Program.Ending {
        try await Program(
            "/usr/bin/env", ["curl", "-sS", "-m", "10", "-w", "\n%{http_code}", "http://127.0.0.1:\(port)\(path)"],
            in: instance.folder
        ).wait()
    }

    private func told(_ instance: TestInstance) -> [[String: Any]] {
        let text = (try? String(contentsOfFile: instance.folder + "/told", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    @Test("a run that fails by hand is told of by the daemon, once, until somebody says that they know")
    func notices() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try configure(instance, port: freePort())
        let daemon = try instance.start(["daemon"])
        defer { daemon.signal(SIGKILL) }
        try await until("the daemon watches", atMost: .seconds(60)) { daemon.errors.contains("watching") }
        #expect(try await instance.ronde("run", "watch").status == 2)
        try await until("it is told", atMost: .seconds(90)) { !told(instance).isEmpty }
        #expect(told(instance).count == 1)
        #expect(told(instance).first?["outcome"] as? String == "critical")
        #expect((told(instance).first?["text"] as? String)?.contains("ronde acknowledge watch") == true)
        let list = try await instance.ronde("notifications", "list")
        #expect(list.output.contains("watch") && list.output.contains("delivered"))
        #expect(try await instance.ronde("acknowledge", "watch", "--note", "on it").status == 0)
        daemon.signal(SIGTERM)
        #expect(try await daemon.wait(atMost: .seconds(60)).status == 0)
        #expect(told(instance).count == 1)
    }

    @Test("health, readiness, metrics and pings answer, and a wrong key does not")
    func endpoint() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let port = try freePort()
        try configure(instance, port: port)
        let daemon = try instance.start(["daemon"])
        defer { daemon.signal(SIGKILL) }
        try await until("it listens", atMost: .seconds(60)) { daemon.errors.contains("listening") }
        try await until("it is ready", atMost: .seconds(60)) {
            try await ask(instance, port, "/readyz").output.hasSuffix("200")
        }
        #expect(try await ask(instance, port, "/healthz").output.contains("\"status\":\"ok\""))
        #expect(try await ask(instance, port, "/ping/\(Self.key)").output == "OK\n200")
        #expect(try await ask(instance, port, "/ping/\(Self.key)x").output.hasSuffix("404"))
        let metrics = try await ask(instance, port, "/metrics").output
        #expect(metrics.contains("ronde_expectation_up{expectation=\"nightly\"} 1"))
        #expect(try await instance.ronde("expectations", "list").output.contains("up"))
        try await until("the textfile is there", atMost: .seconds(60)) {
            (try? String(contentsOfFile: instance.folder + "/ronde.prom", encoding: .utf8))?.contains(
                "ronde_start_time")
                == true
        }
        let second = try await instance.ronde("daemon")
        #expect(second.status == 75)
        #expect(second.errors.contains("\(port)"))
        #expect(!daemon.errors.contains(Self.key))
        daemon.signal(SIGTERM)
        #expect(try await daemon.wait(atMost: .seconds(60)).status == 0)
    }
}
