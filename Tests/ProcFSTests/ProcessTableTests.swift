import Foundation
import Testing

@testable import ProcFS

@Suite("Who started whom")
struct ProcessTableTests {
    private func table(_ parents: [Int32: Int32]) throws -> ProcessTable {
        let folder = try CraftedFolder()
        for (pid, parent) in parents { try folder.process(pid, parent: parent) }
        return try folder.proc.table()
    }

    @Test("a tree is its root and all below it")
    func tree() throws {
        let table = try table([1: 0, 10: 1, 11: 10, 12: 10, 13: 11, 20: 1])
        #expect(table.tree(of: [10]).map(\.pid) == [10, 11, 13, 12])
        #expect(table.tree(of: [11, 10]).map(\.pid).sorted() == [10, 11, 12, 13])
        #expect(table.tree(of: [99]).isEmpty)
        #expect(table.ancestors(of: 13) == [11, 10, 1])
        #expect(table.tops(of: [11, 13, 20, 99]).map(\.pid) == [11, 20])
    }

    @Test("numbers that were used again make no endless circle")
    func circle() throws {
        let table = try table([10: 12, 11: 10, 12: 11, 13: 13])
        #expect(Set(table.tree(of: [10]).map(\.pid)) == [10, 11, 12])
        #expect(table.tree(of: [13]).map(\.pid) == [13])
        #expect(table.ancestors(of: 10) == [12, 11])
        #expect(table.ancestors(of: 13).isEmpty)
    }

    @Test("a child of this process is in its tree as long as it runs")
    func real() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/cat")
        let input = Pipe()
        child.standardInput = input
        try child.run()
        let proc = ProcFS()
        #expect(try proc.table().tree(of: [getpid()]).contains { $0.pid == child.processIdentifier })
        #expect(try proc.table().ancestors(of: child.processIdentifier).first == getpid())
        try input.fileHandleForWriting.close()
        child.waitUntilExit()
        #expect(try !proc.table().tree(of: [getpid()]).contains { $0.pid == child.processIdentifier && !$0.isZombie })
    }
}
