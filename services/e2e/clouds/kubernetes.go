package clouds

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
)

// Tokens of the cluster's users: one who may do all, and one who may do nothing until a
// role is bound to the user reader.
const (
	AdminToken  = "admin-token"
	ReaderToken = "reader-token"
)

// Kubernetes is a kube-apiserver with etcd, without kubelets, scheduler and controllers.
type Kubernetes struct {
	t                testing.TB
	folder, programs string
	etcdPort, port   int
	etcd, apiserver  *process
	core, devices    *rest.RESTClient
}

// StartKubernetes starts a cluster without nodes.
func StartKubernetes(t testing.TB) *Kubernetes {
	t.Helper()
	k := &Kubernetes{t: t, folder: t.TempDir(), programs: cache(t), etcdPort: freePort(t), port: freePort(t)}
	peers := freePort(t)
	k.etcd = start(t, exec.Command(filepath.Join(k.programs, "etcd"), "--data-dir", filepath.Join(k.folder, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls", k.etcdURL(), "--advertise-client-urls", k.etcdURL(),
		"--listen-peer-urls", fmt.Sprintf("http://127.0.0.1:%d", peers)), dial(k.etcdPort))
	key := filepath.Join(k.folder, "sa.key")
	run(t, exec.Command("openssl", "genrsa", "-out", key, "2048"))
	run(t, exec.Command("openssl", "rsa", "-in", key, "-pubout", "-out", key+".pub"))
	tokens := AdminToken + `,admin,1,"system:masters"` + "\n" + ReaderToken + ",reader,2\n"
	if err := os.WriteFile(filepath.Join(k.folder, "tokens.csv"), []byte(tokens), 0o600); err != nil {
		t.Fatal(err)
	}
	k.Start()
	return k
}

func (k *Kubernetes) etcdURL() string { return fmt.Sprintf("http://127.0.0.1:%d", k.etcdPort) }

// URL is the address of the API.
func (k *Kubernetes) URL() string { return fmt.Sprintf("https://127.0.0.1:%d", k.port) }

// Start starts the API server, again if it was stopped.
func (k *Kubernetes) Start() {
	k.t.Helper()
	in := func(name string) string { return filepath.Join(k.folder, name) }
	k.apiserver = start(k.t, exec.Command(filepath.Join(k.programs, "kube-apiserver"), "--etcd-servers", k.etcdURL(),
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", k.port), "--cert-dir="+in("certs"),
		"--service-cluster-ip-range=10.96.0.0/16", "--endpoint-reconciler-type=none",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file="+in("sa.key.pub"), "--service-account-signing-key-file="+in("sa.key"),
		"--token-auth-file="+in("tokens.csv"), "--authorization-mode=RBAC", "--anonymous-auth=false",
		"--disable-admission-plugins=ServiceAccount,TaintNodesByCondition,Priority,DefaultTolerationSeconds,DefaultStorageClass,StorageObjectInUseProtection,PodSecurity",
	), func() error {
		if _, err := os.Stat(in("certs/apiserver.crt")); err != nil {
			return err
		}
		k.clients()
		return k.core.Get().AbsPath("/readyz").Do(context.Background()).Error()
	})
}

// Proxy returns a proxy before the API server.
func (k *Kubernetes) Proxy() *Proxy {
	return newProxy(k.t, k.URL(), filepath.Join(k.folder, "certs", "apiserver.crt"))
}

// Stop stops the API server.
func (k *Kubernetes) Stop() { k.apiserver.stop() }

var (
	types  = runtime.NewScheme()
	codecs = serializer.NewCodecFactory(types)
)

func init() {
	utilruntime.Must(corev1.AddToScheme(types))
	utilruntime.Must(resourcev1.AddToScheme(types))
}

// clients makes the clients of the tests themselves.
func (k *Kubernetes) clients() {
	k.t.Helper()
	of := func(path string, version schema.GroupVersion) *rest.RESTClient {
		client, err := rest.RESTClientFor(&rest.Config{
			Host: k.URL(), APIPath: path, BearerToken: AdminToken, QPS: -1,
			TLSClientConfig: rest.TLSClientConfig{CAFile: filepath.Join(k.folder, "certs", "apiserver.crt")},
			ContentConfig:   rest.ContentConfig{GroupVersion: &version, NegotiatedSerializer: codecs.WithoutConversion()},
		})
		if err != nil {
			k.t.Fatal(err)
		}
		return client
	}
	k.core, k.devices = of("/api", corev1.SchemeGroupVersion), of("/apis", resourcev1.SchemeGroupVersion)
}

// Kubeconfig writes a kubeconfig for the bearer of a token, and returns its path. It leads
// to the API server, or to a proxy before it if one is given.
func (k *Kubernetes) Kubeconfig(token string, proxy *Proxy) string {
	k.t.Helper()
	url, authority := k.URL(), filepath.Join(k.folder, "certs", "apiserver.crt")
	if proxy != nil {
		url, authority = proxy.URL, proxy.authority
	}
	path := filepath.Join(k.t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: %q, certificate-authority: %q}}]
users: [{name: test, user: {token: %q}}]
contexts: [{name: test, context: {cluster: test, user: test}}]
current-context: test
`, url, authority, token)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
	return path
}

// Create creates an object, and returns what the API made of it.
func Create[T runtime.Object](k *Kubernetes, resource, namespace string, object T) T {
	k.t.Helper()
	created := object.DeepCopyObject().(T)
	if err := k.clientOf(object).Post().NamespaceIfScoped(namespace, namespace != "").Resource(resource).Body(object).Do(context.Background()).Into(created); err != nil {
		k.t.Fatalf("create %s: %v", resource, err)
	}
	return created
}

// Update updates an object, or its status.
func Update[T interface {
	runtime.Object
	metav1.Object
}](k *Kubernetes, resource, subresource string, object T) T {
	k.t.Helper()
	updated := object.DeepCopyObject().(T)
	request := k.clientOf(object).Put().NamespaceIfScoped(object.GetNamespace(), object.GetNamespace() != "").Resource(resource).Name(object.GetName())
	if err := request.SubResource(subresources(subresource)...).Body(object).Do(context.Background()).Into(updated); err != nil {
		k.t.Fatalf("update %s: %v", resource, err)
	}
	return updated
}

func subresources(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

// Delete deletes an object at once.
func (k *Kubernetes) Delete(resource, namespace, name string) {
	k.t.Helper()
	now := int64(0)
	request := k.core.Delete().NamespaceIfScoped(namespace, namespace != "").Resource(resource).Name(name)
	if err := request.Body(&metav1.DeleteOptions{GracePeriodSeconds: &now}).Do(context.Background()).Error(); err != nil {
		k.t.Fatalf("delete %s: %v", name, err)
	}
}

// Apply posts JSON to a path of the API.
func (k *Kubernetes) Apply(path, text string) {
	k.t.Helper()
	request := k.core.Verb(http.MethodPost).AbsPath(path).SetHeader("Content-Type", "application/json").Body([]byte(text))
	if err := request.Do(context.Background()).Error(); err != nil {
		k.t.Fatalf("post to %s: %v", path, err)
	}
}

func (k *Kubernetes) clientOf(object runtime.Object) *rest.RESTClient {
	switch object.(type) {
	case *resourcev1.ResourceSlice, *resourcev1.ResourceClaim, *resourcev1.DeviceClass:
		return k.devices
	}
	return k.core
}

// Serves reports whether the API serves a path.
func (k *Kubernetes) Serves(path string) bool {
	return k.core.Get().AbsPath(path).Do(context.Background()).Error() == nil
}
