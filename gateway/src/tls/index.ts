export { type CertificateStatus, type Certificates, openCertificates } from './certificates.ts'
export { type PeerCertificate, peerCertificateOf } from './client-certificate.ts'
