import Maintenance
import YAMLDocument

/// Refuses a task whose service lacks what its plugin cannot do without: it would fail at every run.
struct ServiceFacts {
    let service: KnownService
    let manifest: PluginManifest
    /// The name of the plugin in the task.
    let plugin: ValueReader
    /// The value of `with:`, where the task has one.
    let with: ValueReader?
    /// The parameters, where they are right.
    let values: JSONValue?

    private var name: String { service.service.name }

    func refuseMissing() {
        for fact in manifest.requires where !service.doubts.contains(fact) {
            switch fact {
            case .url:
                if service.service.url == nil { refuse("the url of the service", "a 'url:'") }
            case .backups:
                if service.service.backups == nil { refuse("backup folders", "'backups:'") }
            case .database:
                if values != nil { refuseMissingDatabase() }
            }
        }
    }

    private func refuse(_ what: String, _ remedy: String) {
        plugin.mistake("the plugin '\(manifest.name)' needs \(what); give '\(name)' \(remedy) in ronde.yaml")
    }

    private func refuseMissingDatabase() {
        let requested = values?["database"]?.string
        guard service.service.databaseName(for: requested) == nil else { return }
        let known = service.service.databases.keys.sorted()
        let list = known.joined(separator: ", ")
        guard !known.isEmpty else { return refuse("a database", "one below 'databases:'") }
        if let requested {
            guard let node = with?.node["database"] else { return refuse("the database '\(requested)'", "it") }
            ValueReader(node, plugin.mistakes).mistake(
                "the service '\(name)' has no database \(excerpt(requested)), but \(list)",
                suggestion: Suggestion.didYouMean(requested, among: known))
        } else {
            plugin.mistake(
                "the service '\(name)' has the databases \(list): say which in 'with: {database: …}', or name one 'main'"
            )
        }
    }
}
