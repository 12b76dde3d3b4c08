package kubernetes

import (
	"context"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

const requestTimeout = 30 * time.Second

// Only these types are known: the clientset of everything would be a third of the program.
var (
	types          = runtime.NewScheme()
	codecs         = serializer.NewCodecFactory(types)
	parameterCodec = runtime.NewParameterCodec(types)
)

func init() {
	utilruntime.Must(corev1.AddToScheme(types))
	utilruntime.Must(resourcev1.AddToScheme(types))
}

// clients are one for each API group, over the same connection.
type clients struct {
	core, devices *rest.RESTClient
	dra           bool // devices are served
}

// connect finds credentials: the kubeconfig of the configuration, KUBECONFIG,
// ~/.kube/config, or those of the pod that this runs in.
func connect(ctx context.Context, c Config) (*clients, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.Kubeconfig
	settings, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: c.Context}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	settings.UserAgent = "altostream"
	settings.QPS = -1
	settings.ContentType = runtime.ContentTypeProtobuf
	settings.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	settings.NegotiatedSerializer = codecs.WithoutConversion()
	transport, err := rest.HTTPClientFor(settings)
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	core, err := clientOf(settings, transport, "/api", corev1.SchemeGroupVersion)
	if err != nil {
		return nil, err
	}
	devices, err := clientOf(settings, transport, "/apis", resourcev1.SchemeGroupVersion)
	if err != nil {
		return nil, err
	}
	dra, err := served(ctx, devices)
	return &clients{core, devices, dra}, err
}

func clientOf(settings *rest.Config, transport *http.Client, path string, version schema.GroupVersion) (*rest.RESTClient, error) {
	of := rest.CopyConfig(settings)
	of.APIPath, of.GroupVersion = path, &version
	return rest.RESTClientForConfigAndClient(of, transport)
}

// served tells whether the API serves resource.k8s.io/v1 (Kubernetes 1.34 and later).
func served(ctx context.Context, devices *rest.RESTClient) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	err := devices.Get().Do(ctx).Error()
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
		return false, nil
	}
	return err == nil, explain(err)
}

// explain says what an operator can do.
func explain(err error) error {
	switch {
	case apierrors.IsUnauthorized(err):
		return fmt.Errorf("401 Unauthorized: the credentials are wrong or have expired: %w", err)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("403 Forbidden: %w (deploy/kubernetes has the ClusterRole that is needed)", err)
	}
	if status, ok := err.(apierrors.APIStatus); ok && status.Status().Code != 0 {
		return fmt.Errorf("%d: %s", status.Status().Code, collect.Clip(err.Error()))
	}
	return err
}
