// Pulumi's official language host for programs in YAML. Its own main package lacks Link, which the CLI calls since
// v3.229 when it adds a package; newer hosts, which are in no registry, answer it with nothing, as this one does.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/pulumi/pulumi-yaml/pkg/server"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

type host struct {
	pulumirpc.LanguageRuntimeServer
}

// A program in YAML uses packages by name: nothing of them is to be linked into it.
func (host) Link(context.Context, *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	return &pulumirpc.LinkResponse{}, nil
}

// The CLI starts it as `pulumi-language-yaml ENGINE_ADDRESS` and reads its port.
func main() {
	engine := os.Args[len(os.Args)-1]
	cancel := make(chan bool)
	end := func() { close(cancel) }
	if err := rpcutil.Healthcheck(context.Background(), engine, 5*time.Minute, end); err != nil {
		log.Fatal(err)
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(srv *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(srv, host{server.NewLanguageHost(engine, "", false)})
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(handle.Port)
	if err := <-handle.Done; err != nil {
		log.Fatal(err)
	}
}
