// The official Kubernetes provider of Pulumi, as its release v4.25.0 has it. Its own main package embeds files that only
// a release build generates; this one reads them beside the executable, where the toolchain puts them. Kubernetes'
// libraries and Helm are of the versions that its releases from v4.31 on have, which are those of the servers beside it: Go
// compiles them once.
package main

import (
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

func main() {
	go endWithEngine(os.Getppid())
	executable, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	provider.Serve("kubernetes", version.Version, beside(executable, "schema.json"), beside(executable, "terraform-mapping.json"))
}

// endWithEngine ends the provider once the engine that started it is gone, however it went. By itself the provider looks
// for it every five minutes only (rpcutil.Healthcheck).
func endWithEngine(engine int) {
	for os.Getppid() == engine {
		time.Sleep(500 * time.Millisecond)
	}
	os.Exit(0)
}

func beside(executable, name string) []byte {
	contents, err := os.ReadFile(filepath.Join(filepath.Dir(executable), name))
	if err != nil {
		log.Fatal(err)
	}
	return contents
}
