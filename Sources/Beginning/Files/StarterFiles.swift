package import SystemPackage

/// The files of a new instance, as texts.
package struct StarterFiles: Hashable, Sendable {
    /// One of them.
    package struct File: Hashable, Sendable {
        /// Relative to the instance's folder, as in `schedules/daily.yaml`.
        package let name: FilePath
        package let text: String
    }

    /// In the order in which they are to be written: `ronde.yaml`, without which there is no instance, comes last.
    package let files: [File]

    /// The folder of checklists, which an instance must have even where it is empty.
    static let schedules: FilePath = "schedules"
    static let instance: FilePath = "ronde.yaml"

    /// Writes the texts; nothing is looked at or made.
    package init(_ answers: Answers, at places: InstancePlaces) {
        let checklists = ChecklistText(answers: answers).files.map { file in
            File(name: Self.schedules.appending(file.name), text: file.text)
        }
        files = checklists + [File(name: Self.instance, text: InstanceText(answers: answers, places: places).text)]
    }
}
