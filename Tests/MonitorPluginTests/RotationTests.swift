import DurableFiles
import Foundation
import SystemPackage
import Testing

@testable import MonitorPlugin

@Suite("A log of the watch")
final class RotationTests {
    private let folder: FilePath
    private var path: FilePath { folder.appending("watch.log") }

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("rotation-\(UUID().uuidString)")
        try Folder.create(folder)
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    private func lines(_ number: Int? = nil) throws -> [String] {
        let file = number.map { FilePath("\(path).\($0)") } ?? path
        return String(decoding: try DurableFile.read(file, limit: 1 << 20), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test("begins anew before a line that would be too much, and keeps so many older ones")
    func rotation() async throws {
        let log = RotatedLog(path: path, limit: 20, keep: 2)
        for number in 1...9 { #expect(try await log.append("line \(number)....") == nil) }
        // Eleven bytes each: one to a file.
        #expect(try [lines(), lines(1), lines(2)] == [["line 9...."], ["line 8...."], ["line 7...."]])
        #expect(try Folder.entries(of: folder) == ["watch.log", "watch.log.1", "watch.log.2"])
    }

    @Test("takes a line that is exactly as long as there is room, and one that is longer than a whole log")
    func bounds() async throws {
        let log = RotatedLog(path: path, limit: 10, keep: 3)
        for line in ["1234", "5678", "9", "this is longer than ten"] { #expect(try await log.append(line) == nil) }
        #expect(try [lines(2), lines(1), lines()] == [["1234", "5678"], ["9"], ["this is longer than ten"]])
    }

    @Test("removes what is more than is to be kept by now")
    func fewer() async throws {
        for number in 1...12 {
            try DurableFile.write([10], to: FilePath("\(path).\(number)"), permissions: .ownerReadWrite)
        }
        try DurableFile.write([48, 10], to: path, permissions: .ownerReadWrite)
        #expect(try await RotatedLog(path: path, limit: 1, keep: 3).append("x") == nil)
        #expect(try Folder.entries(of: folder) == ["watch.log"] + (1...3).map { "watch.log.\($0)" })
    }

    @Test("loses no line and no order to writers at the same time")
    func writers() async throws {
        let log = RotatedLog(path: path, limit: 60, keep: 500)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask { for number in 0..<25 { _ = try await log.append("\(writer) \(number)") } }
            }
            try await group.waitForAll()
        }
        let older = try Folder.entries(of: folder).count - 1
        let all = try (1...older).reversed().flatMap { try lines($0) } + lines()
        for writer in 0..<4 {
            let own = all.filter { $0.hasPrefix("\(writer) ") }
            #expect(own == (0..<25).map { "\(writer) \($0)" })
        }
        #expect(all.count == 100 && older > 2)
    }

    @Test("that cannot be moved takes the line all the same, and says why it is too long")
    func immovable() async throws {
        try DurableFile.write(Array("a\n".utf8), to: path, permissions: .ownerReadWrite)
        try Folder.create(FilePath("\(path).1").appending("in-the-way"))
        let trouble = try await RotatedLog(path: path, limit: 2, keep: 1).append("b")
        #expect(trouble?.contains("watch.log.1") == true)
        #expect(try lines() == ["a", "b"])
    }

    @Test("whose last line has no end keeps it apart from the next one")
    func halfLine() async throws {
        try DurableFile.write(Array("half".utf8), to: path, permissions: .ownerReadWrite)
        #expect(try await RotatedLog(path: path, limit: 100, keep: 1).append("whole") == nil)
        #expect(try lines() == ["half", "whole"])
    }
}
