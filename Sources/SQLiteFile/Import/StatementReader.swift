import Glibc
import SystemPackage

/// One statement of a text, valid until the next one is read.
struct ReadStatement {
    /// From the first token on, its semicolon included, with a NUL behind it.
    let bytes: UnsafeBufferPointer<UInt8>
    /// Where its first token is.
    let line: Int

    /// The beginning, on one line, for people.
    var beginning: String {
        let longest = 80
        let start = bytes.prefix(longest * 2)
        let words = String(decoding: start, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let text = words.joined(separator: " ").filter { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } }
        return text.count > longest || bytes.count > longest * 2 ? "\(text.prefix(longest))…" : text
    }
}

/// Cuts a stream of SQL into statements, however long it is; a statement is held in memory, nothing else.
final class StatementReader {
    private static let chunk = 1 << 17
    private let path: FilePath
    private let longest: Int
    private let source: ByteSource
    /// Always one byte larger than what is filled, for the NUL behind a statement.
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    private var line = 1
    private var scanner = StatementScanner()
    /// What the NUL behind the current statement replaced.
    private var replaced: (position: Int, byte: UInt8)?
    private var isFirst = true

    init(_ path: FilePath, longest: Int, source: @escaping ByteSource) {
        self.path = path
        self.longest = longest
        self.source = source
        capacity = 2 * Self.chunk
        buffer = .allocate(capacity: capacity + 1)
    }

    deinit { buffer.deallocate() }

    /// The next statement; nil when all were read.
    ///
    /// - Throws: ``ImportError`` for what cannot be SQL of SQLite or is cut off, or what the source throws.
    func next() throws -> ReadStatement? {
        if let replaced { buffer[replaced.position] = replaced.byte }
        replaced = nil
        if isFirst {
            isFirst = false
            try fill()
            try checkBeginning()
        }
        while true {
            if let length = scanner.scan(buffer + start, count: end - start, isLast: isAtEnd) {
                let first = scanner.firstToken ?? 0
                line += newlines(from: start, to: start + first)
                let found = try statement(from: start + first, to: start + length)
                line += newlines(from: start + first, to: start + length)
                start += length
                scanner.restart()
                // A lone semicolon says nothing.
                if found.bytes.count > 1 { return found }
                if let replaced { buffer[replaced.position] = replaced.byte }
                replaced = nil
                continue
            }
            guard isAtEnd else {
                try fill()
                continue
            }
            try checkEnd()
            return nil
        }
    }

    private func statement(from first: Int, to last: Int) throws -> ReadStatement {
        let bytes = UnsafeBufferPointer(start: buffer + first, count: last - first)
        let found = ReadStatement(bytes: bytes, line: line)
        guard memchr(buffer + first, 0, bytes.count) == nil else {
            throw ImportError(
                .malformed, at: path, line: line, statement: found.beginning,
                "a NUL byte is in the statement, so the file is damaged or no text")
        }
        replaced = (last, buffer[last])
        buffer[last] = 0
        return found
    }

    private func newlines(from first: Int, to last: Int) -> Int {
        var count = 0
        var position = first
        while position < last, let found = memchr(buffer + position, 0x0A, last - position) {
            count += 1
            position = UnsafeRawPointer(found) - UnsafeRawPointer(buffer) + 1
        }
        return count
    }

    /// Reads more, behind what is there.
    private func fill() throws {
        if start > 0 {
            memmove(buffer, buffer + start, end - start)
            end -= start
            start = 0
        }
        if capacity - end < Self.chunk {
            guard end <= longest else {
                throw ImportError(
                    .overLimit, at: path, line: line + newlines(from: 0, to: scanner.firstToken ?? 0),
                    "a statement is longer than the \(longest) bytes that are allowed, or a quote or trigger has no end"
                )
            }
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2 + 1)
            memcpy(larger, buffer, end)
            buffer.deallocate()
            buffer = larger
            capacity *= 2
        }
        let count = try source(UnsafeMutableRawBufferPointer(start: buffer + end, count: Self.chunk))
        end += count
        isAtEnd = count == 0
    }

    private func checkBeginning() throws {
        while end < 4096, !isAtEnd { try fill() }
        let bytes = UnsafeBufferPointer(start: buffer, count: min(end, 4096))
        if let message = ForeignText.message(forBeginning: bytes) { throw ImportError(.foreign, at: path, message) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    }

    private func checkEnd() throws {
        guard let first = scanner.firstToken else { return }
        line += newlines(from: start, to: start + first)
        let rest = ReadStatement(
            bytes: UnsafeBufferPointer(start: buffer + start + first, count: end - start - first), line: line)
        throw ImportError(
            .incomplete, at: path, line: line, statement: rest.beginning,
            "the file ends in the middle of a statement, so it is cut short; fetch it again or take another")
    }
}

/// Knows other things than SQL of SQLite by how they begin.
enum ForeignText {
    /// What is wrong with a file that begins so; nil if nothing is to be seen.
    static func message(forBeginning bytes: UnsafeBufferPointer<UInt8>) -> String? {
        if bytes.starts(with: "SQLite format 3\0".utf8) {
            return "this is a SQLite database itself and not its SQL; restore it as a file"
        }
        if bytes.starts(with: "PGDMP".utf8) {
            return "this is a dump of PostgreSQL in its own format; load it with pg_restore"
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return "this is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8"
        }
        let compressed: [[UInt8]] = [
            [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0xFD, 0x37, 0x7A, 0x58], [0x42, 0x5A, 0x68], [0x50, 0x4B, 3, 4],
        ]
        if compressed.contains(where: { bytes.starts(with: $0) }) { return "this is compressed; unpack it first" }
        let text = String(decoding: bytes, as: UTF8.self)
        for (mark, engine) in [
            ("-- PostgreSQL database dump", "PostgreSQL"), ("-- PostgreSQL database cluster dump", "PostgreSQL"),
            ("-- MySQL dump", "MySQL"), ("-- MariaDB dump", "MariaDB"), ("-- mysqldump-php", "MySQL"),
            ("-- phpMyAdmin SQL Dump", "MySQL"), ("/*!40101 SET", "MySQL"), ("/*M!999999", "MariaDB"),
        ] where text.contains(mark) && !text.contains("PRAGMA foreign_keys") {
            return "this is a dump of \(engine), which SQLite cannot read; load it with \(engine)'s own client"
        }
        return nil
    }

    /// What is wrong with a statement that SQLite does not understand, if another engine would.
    static func message(forStatement text: String) -> String? {
        let upper = text.uppercased()
        for (mark, engine) in [
            ("SET ", "PostgreSQL or MySQL"), ("COPY ", "PostgreSQL"), ("\\", "PostgreSQL"), ("LOCK TABLES", "MySQL"),
            ("UNLOCK TABLES", "MySQL"), ("USE ", "MySQL"), ("CREATE DATABASE", "MySQL or PostgreSQL"),
            ("CREATE EXTENSION", "PostgreSQL"), ("CREATE SEQUENCE", "PostgreSQL"), ("DELIMITER ", "MySQL"),
            ("CREATE FUNCTION", "PostgreSQL or MySQL"), ("GO ", "SQL Server"),
        ] where upper.hasPrefix(mark) {
            return "this is SQL of \(engine) and not of SQLite"
        }
        if upper.hasPrefix("."), !upper.hasPrefix("..") { return "commands of the sqlite3 shell are not SQL" }
        return nil
    }
}
