import Glibc
package import SystemPackage

/// What stands between the runner and a plugin's program; it takes a `SupervisorOrder` as further arguments.
package struct SupervisorProgram: Hashable, Sendable {
    package let executable: FilePath
    package let arguments: [String]

    /// The supervisor that belongs to a `ronde` executable: beside it where it was built, in `../libexec/ronde` where it
    /// was installed, and where there is none, that executable itself, which begins more slowly.
    package init(of ronde: FilePath) {
        let folder = ronde.removingLastComponent()
        let prefix = folder.removingLastComponent()
        let name: FilePath.Component = "ronde-supervisor"
        let places = [folder.appending(name), prefix.appending("libexec/ronde").appending(name)]
        let found = places.first { path in path.withPlatformString { access($0, X_OK) == 0 } }
        executable = found ?? ronde
        arguments = found == nil ? ["supervise"] : []
    }
}
