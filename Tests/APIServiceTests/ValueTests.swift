import Foundation
import SystemPackage
import Testing

@testable import APIService

@Suite("Values")
struct ValueTests {
    @Test(
        "addresses",
        arguments: [
            ("ada@example.org", true), ("o'brien+tag@sub.example.co.uk", true), ("élodie@exämple.fr", true),
            (" ada@example.org ", true), ("ada", false), ("ada@", false), ("@example.org", false),
            ("a@b@example.org", false), ("ada@example", false), ("ada@-a.org", false), ("ada@a..org", false),
            ("ada @example.org", false), ("<ada>@example.org", false), (".ada@example.org", false),
            ("ada@exam ple.org", false), ("ada@example.org\u{0}", false), ("ada@example.org.", false),
            (String(repeating: "a", count: 64) + "@example.org", true),
            (String(repeating: "a", count: 65) + "@example.org", false),
            ("a@" + String(repeating: "a.", count: 126) + "org", false),
        ])
    func addresses(_ text: String, isValid: Bool) {
        #expect(((try? UserFields(name: nil, email: text)) != nil) == isValid)
    }

    @Test(
        "names",
        arguments: [
            ("A", true), (String(repeating: "é", count: 100), true), (String(repeating: "é", count: 101), false),
            ("", false), (" \n\t", false), ("a\nb", false), ("a\u{2028}b", false), ("a\u{7f}", false),
        ])
    func names(_ text: String, isValid: Bool) {
        #expect(((try? UserFields(name: text, email: nil)) != nil) == isValid)
    }

    @Test(
        "what the table holds becomes local time where it is SQLite's own form",
        arguments: [
            ("2025-12-16 09:00:00", "2025-12-16T10:00:00"), ("2025-06-30 22:30:05", "2025-07-01T00:30:05"),
            ("2024-02-28 23:30:00", "2024-02-29T00:30:00"), ("2000-02-29 12:00:00", "2000-02-29T13:00:00"),
            ("2025-12-16T10:00:00", "2025-12-16T10:00:00"), ("2025-13-16 09:00:00", "2025-13-16 09:00:00"),
            ("2025-12-16", "2025-12-16"), ("", ""), ("5e3", "5e3"), ("٢٠٢٥-١٢-١٦", "٢٠٢٥-١٢-١٦"),
        ])
    func stored(_ text: String, answer: String) throws {
        let paris = try #require(TimeZone(identifier: "Europe/Paris"))
        #expect(Timestamp.answer(stored: text, in: paris) == answer)
    }

    @Test("a time that was stored is the time that is read")
    func roundTrip() throws {
        let utc = try #require(TimeZone(identifier: "UTC"))
        for day in 0..<40_000 {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + Double(day % 86_400))
            let stored = Timestamp.stored(date)
            #expect(Timestamp.answer(stored: stored, in: utc) == stored.replacing(" ", with: "T"))
        }
    }

    @Test(
        "parameters of a URL",
        arguments: [
            ("search=a+b%20c", "a b c"), ("search=%C3%A9", "é"), ("search", ""), ("search=", ""), ("search=a=b", "a=b"),
            ("search=1&search=2", "1"), ("&&search=x&", "x"), ("%73earch=x", "x"), ("other=1", nil), ("", nil),
        ] as [(String, String?)])
    func parameters(_ query: String, search: String?) throws {
        #expect(try QueryParameters(query)["search"] == search)
    }

    @Test("parameters that cannot be decoded are refused", arguments: ["a=%", "a=%4", "a=%g0", "a=%80", "%ff=1"])
    func broken(_ query: String) {
        #expect(throws: RequestFault.self) { try QueryParameters(query) }
    }

    @Test("whoever listens at a port is found by its socket")
    func portHolder() throws {
        let folder = try ScratchFolder()
        let proc = folder.path.string
        let files = FileManager.default
        try files.createDirectory(atPath: "\(proc)/net", withIntermediateDirectories: true)
        try files.createDirectory(atPath: "\(proc)/4711/fd", withIntermediateDirectories: true)
        try """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8080 1 0
           1: 0100007F:1389 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 9090 1 0
        """.write(toFile: "\(proc)/net/tcp", atomically: true, encoding: .utf8)
        try "python3\n".write(toFile: "\(proc)/4711/comm", atomically: true, encoding: .utf8)
        try files.createSymbolicLink(atPath: "\(proc)/4711/fd/3", withDestinationPath: "socket:[8080]")
        try files.createSymbolicLink(atPath: "\(proc)/4711/fd/4", withDestinationPath: "socket:[9090]")
        #expect(PortHolder.find(port: 5000, procfs: proc) == "process 4711 (python3)")
        #expect(PortHolder.find(port: 5001, procfs: proc) == nil, "connected, not listening")
        #expect(PortHolder.find(port: 5000, procfs: proc + "/net") == nil)
    }
}
