import GRDB
import SystemPackage

extension LiveEndpoint {
    /// Takes the table of pings away, as nothing but damage could.
    func breakPings() throws {
        let database = try DatabaseQueue(path: folder.appending("runs.db").string)
        try database.write { try $0.execute(sql: "DROP TABLE ping") }
        try database.close()
    }
}
