import Maintenance
import PluginKit

/// A parameter that cannot be right, found before anything is asked.
struct Mistake: Error {
    /// Which parameter: `endpoint '/api/health': json: status`.
    var place: String
    var message: String

    init(_ message: String, at place: String = "") {
        self.place = place
        self.message = message
    }

    /// The same mistake, seen from further out.
    func within(_ outer: String) -> Mistake {
        Mistake(message, at: place.isEmpty ? outer : "\(outer): \(place)")
    }

    var failure: TaskFailure {
        TaskFailure(.unknown, place.isEmpty ? message : "\(place): \(message)")
    }
}

/// Runs a check whose mistakes belong to `place`.
func located<Value>(_ place: String, _ check: () throws(Mistake) -> Value) throws(Mistake) -> Value {
    do {
        return try check()
    } catch {
        throw error.within(place)
    }
}
