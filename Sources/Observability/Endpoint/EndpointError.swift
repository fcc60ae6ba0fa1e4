import Glibc
package import Maintenance
import NIOCore
package import SystemPackage

/// Why nothing can be heard at an address.
package struct EndpointError: Error, Hashable, CustomStringConvertible {
    package let address: EndpointSettings
    package let errno: Errno?

    /// Whether trying again later may help: somebody else listens there now.
    package var isTaken: Bool { errno == .addressInUse }

    package var description: String {
        let problem =
            switch errno {
            case .addressInUse: "another program listens there; stop it, or choose another port"
            case .permissionDenied: "this user may not listen there; choose a port from 1024 on"
            case .addressNotAvailable, nil: "that is no address of this machine; choose 127.0.0.1"
            case .some(let errno): "\(errno)"
            }
        return "cannot listen at \(address.authority): \(problem) with 'listen' of 'endpoint' in ronde.yaml"
    }

    init(_ address: EndpointSettings, errno: Errno?) {
        self.address = address
        self.errno = errno
    }

    /// What listening failed of; nil where the error is of another kind.
    init?(_ address: EndpointSettings, _ error: any Error) {
        switch error {
        case let error as IOError: self.init(address, errno: Errno(rawValue: error.errnoCode))
        case is SocketAddressError, is SocketAddressError.UnknownHost: self.init(address, errno: nil)
        default: return nil
        }
    }
}
