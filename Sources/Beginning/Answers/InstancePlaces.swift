package import SystemPackage

/// Where the parts of a new instance go, and how its files name them.
package struct InstancePlaces: Hashable, Sendable {
    /// The folder of `ronde.yaml`, absolute and without `..`.
    package let folder: FilePath
    /// Where state, reports and backups go; absolute.
    package let data: FilePath

    /// The places of an instance.
    ///
    /// Below `/etc`, where no service may write, data go to `/var/lib/ronde`, else to `var` in the folder.
    ///
    /// - Parameters:
    ///   - folder: of the instance, absolute and without `..`.
    ///   - data: where data go instead.
    package init(folder: FilePath, data: FilePath? = nil) {
        self.folder = folder
        self.data = data ?? (folder.starts(with: "/etc") ? "/var/lib/ronde" : folder.appending("var"))
    }

    /// The folder below which a service's backups go where nothing is said.
    package func backups(of service: String) -> FilePath {
        guard let name = FilePath.Component(service), name.kind == .regular else { return data.appending("backups") }
        return data.appending("backups").appending(name)
    }

    /// How a file of the instance names an absolute path: from its own folder where it lies below that.
    func written(_ path: FilePath) -> String {
        var rest = path
        guard folder != "/", rest.removePrefix(folder), !rest.isEmpty else { return path.string }
        // What begins with '~' would be taken for somebody's home.
        return rest.string.hasPrefix("~") ? "./" + rest.string : rest.string
    }
}
