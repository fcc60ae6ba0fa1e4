import Foundation
import Glibc
import Maintenance
import Synchronization
import SystemPackage
import YAMLDocument

/// An `.ics` file on disk.
struct CalendarFile {
    let path: FilePath
    /// What mistakes call it.
    let name: String

    /// What a file came to.
    enum Result {
        case calendar(EventCalendar)
        /// In the file, at least one.
        case mistakes([YAMLMistake])
        /// Why it was not read, as messages say it after the name.
        case unreadable(String)
    }

    /// Reads the file, whose events are shared with all who read the same bytes.
    func read() -> Result {
        switch Self.contents(path.string) {
        case .failure(let fault): .unreadable(fault.reason)
        case .success(let bytes): parse(bytes)
        }
    }

    private func parse(_ bytes: [UInt8]) -> Result {
        let title = path.lastComponent?.string ?? path.string
        if let known = Self.known.withLock({ $0.calendar(title, bytes) }) { return .calendar(known) }
        switch CalendarParser.parse(bytes, file: name, name: title) {
        case .mistakes(let mistakes): return .mistakes(mistakes)
        case .calendar(let calendar):
            Self.known.withLock { $0.add(title, bytes, calendar) }
            return .calendar(calendar)
        }
    }

    // MARK: Known calendars

    /// The calendars read last: a thousand checklists name the same file of holidays.
    ///
    /// They are known by their bytes, so that a file that changed is never taken for what it was.
    private struct Known {
        private var entries: [(name: String, bytes: [UInt8], calendar: EventCalendar)] = []

        func calendar(_ name: String, _ bytes: [UInt8]) -> EventCalendar? {
            entries.first { $0.name == name && $0.bytes == bytes }?.calendar
        }

        mutating func add(_ name: String, _ bytes: [UInt8], _ calendar: EventCalendar) {
            if entries.count == 8 { entries.removeFirst() }
            entries.append((name, bytes, calendar))
        }
    }

    private static let known = Mutex(Known())

    // MARK: Bytes

    private struct Fault: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
        init(code: Int32) { reason = String(cString: strerror(code)).lowercased() }
    }

    /// A file descriptor that is closed with its scope.
    private struct OpenFile: ~Copyable {
        let descriptor: Int32
        deinit { close(descriptor) }  // only read from, so a failing close loses nothing
    }

    private static func contents(_ path: String) -> Swift.Result<[UInt8], Fault> {
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return .failure(Fault(code: errno)) }
        let file = OpenFile(descriptor: descriptor)
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { return .failure(Fault(code: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .failure(Fault("it is not a regular file")) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file.descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                return .failure(Fault(code: errno))
            }
            guard count > 0 else { return .success(bytes) }
            bytes += chunk[..<count]
            guard bytes.count <= CalendarParser.largest else {
                return .failure(Fault("it is larger than \(CalendarParser.largest >> 20) MiB"))
            }
        }
    }
}
