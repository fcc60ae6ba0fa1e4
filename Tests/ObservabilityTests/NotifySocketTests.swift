import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import SystemPackage
import Testing

@testable import Observability

@Suite("The service manager", .serialized)
struct NotifySocketTests {
    @Test("hears each notice, at a path and at an abstract name", arguments: [true, false])
    func notices(_ isAbstract: Bool) throws {
        let folder = try TestFolder()
        let name = isAbstract ? "@ronde-test-\(UUID().uuidString)" : folder.appending("notify").string
        let listener = try DatagramListener(name)
        let socket = try #require(NotifySocket(path: name))
        #expect(socket.send(.ready, .status("watching 3 schedules\nREADY=0")))
        #expect(try listener.next() == "READY=1\nSTATUS=watching 3 schedules\\nREADY=0")
        socket.send(.stopping)
        #expect(try listener.next() == "STOPPING=1")
        socket.send(.watchdog)
        #expect(try listener.next() == "WATCHDOG=1")
        socket.send(.extendTimeout(microseconds: 5_000_000))
        #expect(try listener.next() == "EXTEND_TIMEOUT_USEC=5000000")
        let before = SuspendingClock.now
        socket.send(.reloading)
        let lines = try listener.next().split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == "RELOADING=1" && lines[1].hasPrefix("MONOTONIC_USEC="))
        #expect(lines[1].dropFirst(15).count >= 6 && SuspendingClock.now - before < .seconds(10))
    }

    @Test(
        "what is no socket's name is none",
        arguments: ["", "/", "@", "relative", "vsock:1:2", "/" + String(repeating: "x", count: 108)])
    func names(_ name: String) { #expect(NotifySocket(path: name) == nil) }

    @Test("a service manager that is gone or does not listen is no reason to stop or to wait long")
    func gone() throws {
        let folder = try TestFolder()
        let name = folder.appending("notify").string
        let socket = try #require(NotifySocket(path: name))
        #expect(!socket.send(.ready))
        let listener = try DatagramListener(name)
        let begin = ContinuousClock.now
        var sent = 0
        while socket.send(.watchdog), sent < 100_000 { sent += 1 }
        #expect(sent > 0 && ContinuousClock.now - begin < .seconds(20))
        _ = try listener.next()
        #expect(socket.send(.watchdog))
    }

    @Test("the environment is emptied of it, so that no child inherits it")
    func environment() throws {
        let folder = try TestFolder()
        func take(_ usec: String, pid: String?) throws -> NotifySocket {
            var environment = ["NOTIFY_SOCKET": folder.appending("notify").string, "WATCHDOG_USEC": usec]
            environment["WATCHDOG_PID"] = pid
            defer { #expect(environment.isEmpty) }
            return try #require(NotifySocket.taken { environment.removeValue(forKey: $0) })
        }
        #expect(try take("4000000", pid: "\(getpid())").watchdogMicroseconds == 4_000_000)
        #expect(try take("4000000", pid: nil).watchdogMicroseconds == 4_000_000)
        #expect(try take("4000000", pid: "1").watchdogMicroseconds == nil, "another process is meant")
        #expect(try take("4000000", pid: "x").watchdogMicroseconds == nil)
        #expect(try take("0", pid: nil).watchdogMicroseconds == nil)
        #expect(try take("nonsense", pid: nil).watchdogMicroseconds == nil)
        #expect(NotifySocket.taken { _ in nil } == nil)
    }

    @Test("signs of life come as long as the daemon is alive, and end when it is stuck")
    func watchdog() async throws {
        let folder = try TestFolder()
        let name = folder.appending("notify").string
        let listener = try DatagramListener(name)
        let socket = try #require(NotifySocket(path: name, watchdogMicroseconds: 20_000))
        // Whether it is alive, and how often it was asked since that changed.
        let state = Mutex((isAlive: true, asked: 0))
        let capture = LogCapture()
        let watchdog = Watchdog(
            socket,
            isAlive: {
                state.withLock { state in
                    state.asked += 1
                    return state.isAlive
                }
            }, log: capture.logger)
        let task = Task { try await watchdog.run() }
        for _ in 0..<3 { #expect(try listener.next() == "WATCHDOG=1") }
        state.withLock { $0 = (false, 0) }
        while state.withLock({ $0.asked }) < 2 { await Task.yield() }
        while listener.hasMore { _ = try listener.next() }
        while state.withLock({ $0.asked }) < 4 { await Task.yield() }
        #expect(!listener.hasMore)
        state.withLock { $0.isAlive = true }
        #expect(try listener.next() == "WATCHDOG=1")
        task.cancel()
        try await task.value
        #expect(capture.all == ["critical: the agenda is stuck: no more signs of life to the service manager"])
    }

    @Test("a long watchdog does not hold up the end", arguments: [120_000_000, nil] as [UInt64?])
    func shutdown(_ microseconds: UInt64?) async throws {
        let name = "@ronde-test-\(UUID().uuidString)"
        let listener = try DatagramListener(name)
        let socket = try #require(NotifySocket(path: name, watchdogMicroseconds: microseconds))
        let log = LogCapture().logger
        let group = ServiceGroup(
            services: [Watchdog(socket, isAlive: { true }, log: log), Watchdog(nil, isAlive: { true }, log: log)],
            logger: log)
        let begin = ContinuousClock.now
        let task = Task { try await group.run() }
        if microseconds != nil { #expect(try listener.next() == "WATCHDOG=1") }
        await group.triggerGracefulShutdown()
        try await task.value
        #expect(ContinuousClock.now - begin < .seconds(10))
    }
}

/// A service manager that only listens.
private final class DatagramListener {
    private let descriptor: Int32

    init(_ name: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var bytes = Array(name.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { close(descriptor) }

    var hasMore: Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, 0) == 1
    }

    func next() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
