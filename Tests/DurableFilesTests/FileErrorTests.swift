import SystemPackage
import Testing

@testable import DurableFiles

@Suite("File errors")
struct FileErrorTests {
    @Test(
        "say the path, the cause and what to do",
        arguments: [
            ("write", Errno.noSpace, "the file system holding '/srv/a.db' is full; free space"),
            ("write", .readOnlyFileSystem, "mounted read-only; remount it or choose another folder"),
            ("write", .diskQuotaExceeded, "quota"),
            ("read", .permissionDenied, "needs read access to it and search access to the folders above"),
            ("create", .permissionDenied, "needs write and search access to the folder '/srv'"),
            ("look at", .permissionDenied, "needs search access to '/srv'"),
            ("read", .noSuchFileOrDirectory, "it does not exist, or a folder above it does not"),
            ("create", .fileExists, "it exists already; move it away"),
            ("sync", .ioError, "check the disk"),
            ("open", .tooManyOpenFiles, "ulimit -n"),
            ("lock", .noLocks, "(error \(Errno.noLocks.rawValue))"),
        ])
    func sentences(_ operation: String, errno: Errno, says fragment: String) {
        let error = FileError(operation: operation, path: "/srv/a.db", errno: errno)
        #expect(error.description.hasPrefix("cannot \(operation) '/srv/a.db': "))
        #expect(error.description.contains(fragment))
    }

    @Test("name the working folder for a bare name")
    func bareName() {
        let error = FileError(operation: "create", path: "a.db", errno: .permissionDenied)
        #expect(error.description.hasSuffix("write and search access to the folder '.'"))
    }

    @Test("tell a refused hard link from other failures")
    func hardLinks() {
        func refused(_ errno: Errno) -> Bool { FileError(operation: "", path: "a", errno: errno).isHardLinkRefused }
        #expect(refused(.improperLink) && refused(.notPermitted) && refused(.notSupported) && refused(.tooManyLinks))
        #expect(!refused(.noSpace) && !refused(.fileExists) && !refused(.permissionDenied))
    }
}
