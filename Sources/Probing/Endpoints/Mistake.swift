import Maintenance
package import PluginKit

/// A parameter that cannot be right, found before anything is asked.
package struct Mistake: Error {
    /// Which parameter: `endpoint '/api/health': json: status`.
    package var place: String
    package var message: String

    package init(_ message: String, at place: String = "") {
        self.place = place
        self.message = message
    }

    /// The same mistake, seen from further out.
    package func within(_ outer: String) -> Mistake {
        Mistake(message, at: place.isEmpty ? outer : "\(outer): \(place)")
    }

    /// The end of a task that was given it.
    package var failure: TaskFailure {
        TaskFailure(.unknown, place.isEmpty ? message : "\(place): \(message)")
    }
}

/// Runs a check whose mistakes belong to `place`.
package func located<Value>(_ place: String, _ check: () throws(Mistake) -> Value) throws(Mistake) -> Value {
    do {
        return try check()
    } catch {
        throw error.within(place)
    }
}
