import Foundation

/// Which process listens at a port, as far as Linux tells us: its own processes only, unless we are root.
enum PortHolder {
    /// `process 1234 (python3)`, or nil where it cannot be found out.
    static func find(port: Int, procfs: String = "/proc") -> String? {
        let tables = ["net/tcp", "net/tcp6"].map { "\(procfs)/\($0)" }
        let inodes = Set(tables.flatMap { listeningInodes(table: $0, port: port) })
        guard !inodes.isEmpty else { return nil }
        let links = Set(inodes.map { "socket:[\($0)]" })
        for pid in names(in: procfs).filter({ Int($0) != nil }) {
            let folder = "\(procfs)/\(pid)/fd"
            let holds = names(in: folder).contains { descriptor in
                // A descriptor that was closed meanwhile is not the one that listens.
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)"))
                    .map(links.contains) ?? false
            }
            if holds { return describe(pid, procfs: procfs) }
        }
        return nil
    }

    /// Lines such as `0: 0100007F:1388 00000000:0000 0A … 12345 …`: local address, remote address, state, ninth the inode.
    private static func listeningInodes(table: String, port: Int) -> [Substring] {
        // Without the table the message lacks a name; it is no reason to say less.
        guard let text = try? String(contentsOfFile: table, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", let local = fields[1].split(separator: ":").last,
                Int(local, radix: 16) == port
            else { return nil }
            return fields[9]
        }
    }

    private static func names(in folder: String) -> [String] {
        // Processes end and folders of others are closed to us: both mean "not this one".
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    private static func describe(_ pid: String, procfs: String) -> String {
        // The name only: the command line may hold what is nobody's business.
        let name = try? String(contentsOfFile: "\(procfs)/\(pid)/comm", encoding: .utf8)
        guard let name = name?.trimmingCharacters(in: .whitespacesAndNewlines), !name.isEmpty else {
            return "process \(pid)"
        }
        return "process \(pid) (\(name))"
    }
}
