import Maintenance
package import SystemPackage

/// A folder that Ronde did not lay out, whose adopted sets serve no tier and are pruned by one policy.
package struct BackupPool: Hashable, Sendable {
    package let folder: FilePath
    package let policy: RetentionPolicy

    package init(folder: FilePath, policy: RetentionPolicy) {
        self.folder = folder
        self.policy = policy
    }
}
