// Command certificates issues the X.509 certificates of one embedded control plane.
//
// It reads a JSON list of authorities and of the certificates they sign from standard input, and writes a JSON
// object from name to PEM pair to standard output. It exists because Node.js can read certificates and cannot
// issue them, while Go, which the control plane is built with anyway, can with its standard library alone.
// It touches no file: where keys are kept, and with which mode, is the caller's business.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

// request names what to issue. Every certificate is valid from a minute ago, for clocks that step back, until
// validDays from now.
type request struct {
	ValidDays    int           `json:"validDays"`
	Authorities  []string      `json:"authorities"`
	Certificates []certificate `json:"certificates"`
}

type certificate struct {
	Name          string   `json:"name"`
	Authority     string   `json:"authority"`
	CommonName    string   `json:"commonName"`
	Organizations []string `json:"organizations"`
	DNSNames      []string `json:"dnsNames"`
	IPAddresses   []string `json:"ipAddresses"`
	Server        bool     `json:"server"`
	Client        bool     `json:"client"`
}

type pair struct {
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "certificates:", err)
		os.Exit(1)
	}
}

func run() error {
	var asked request
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return fmt.Errorf("reading the request: %w", err)
	}
	notBefore := time.Now().Add(-time.Minute)
	notAfter := time.Now().AddDate(0, 0, asked.ValidDays)
	issued := map[string]pair{}
	authorities := map[string]authority{}

	for _, name := range asked.Authorities {
		template := &x509.Certificate{
			Subject:               pkix.Name{CommonName: name},
			NotBefore:             notBefore,
			NotAfter:              notAfter,
			KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
			IsCA:                  true,
			BasicConstraintsValid: true,
		}
		made, signed, err := issue(template, nil)
		if err != nil {
			return fmt.Errorf("authority %q: %w", name, err)
		}
		authorities[name] = made
		issued[name] = signed
	}
	for _, wanted := range asked.Certificates {
		signer, known := authorities[wanted.Authority]
		if !known {
			return fmt.Errorf("certificate %q: no authority %q", wanted.Name, wanted.Authority)
		}
		template := &x509.Certificate{
			Subject:   pkix.Name{CommonName: wanted.CommonName, Organization: wanted.Organizations},
			NotBefore: notBefore,
			NotAfter:  notAfter,
			KeyUsage:  x509.KeyUsageDigitalSignature,
			DNSNames:  wanted.DNSNames,
		}
		for _, text := range wanted.IPAddresses {
			address := net.ParseIP(text)
			if address == nil {
				return fmt.Errorf("certificate %q: %q is no IP address", wanted.Name, text)
			}
			template.IPAddresses = append(template.IPAddresses, address)
		}
		if wanted.Server {
			template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
		}
		if wanted.Client {
			template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
		}
		_, signed, err := issue(template, &signer)
		if err != nil {
			return fmt.Errorf("certificate %q: %w", wanted.Name, err)
		}
		issued[wanted.Name] = signed
	}
	return json.NewEncoder(os.Stdout).Encode(issued)
}

// issue makes a key for the template and has the signer sign it; without a signer the template signs itself.
func issue(template *x509.Certificate, signer *authority) (authority, pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, pair{}, err
	}
	template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return authority{}, pair{}, err
	}
	parent, parentKey := template, key
	if signer != nil {
		parent, parentKey = signer.certificate, signer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return authority{}, pair{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return authority{}, pair{}, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return authority{}, pair{}, err
	}
	return authority{certificate, key}, pair{
		Cert: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		Key:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})),
	}, nil
}
