/// The version of this build, as `ronde --version` and manifests of backups say it.
package enum ProductVersion {
    package static let current = "0.1.0"
}
