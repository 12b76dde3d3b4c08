package kubernetes

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// silence is how long a watch may say nothing: the API server sends a bookmark every
// minute.
const silence = 3 * time.Minute

// table is one resource of the API that is listed and watched.
type table struct {
	client   *rest.RESTClient
	resource string // plural
	fields   string // field selector
	example  runtime.Object
	optional bool // 403 is a problem and no failure
	silence  time.Duration

	put     func(object any)
	remove  func(object any)
	replace func(objects []any)

	mu     sync.Mutex
	err    error // of the last list or watch
	silent error // that a watch has said nothing, until it is told: the next one is begun at once
	synced bool
}

// run lists and watches until ctx ends. What client-go would log is told by problem.
func (t *table) run(ctx context.Context) {
	ctx = klog.NewContext(ctx, logr.Discard())
	cache.NewReflectorWithOptions(&cache.ListWatch{
		ListWithContextFunc: t.list, WatchFuncWithContext: t.watch,
	}, t.example, t, cache.ReflectorOptions{Name: t.resource}).RunWithContext(ctx)
}

func (t *table) request(options *metav1.ListOptions) *rest.Request {
	options.FieldSelector = t.fields
	return t.client.Get().Resource(t.resource).VersionedParams(options, parameterCodec)
}

func (t *table) list(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	listed, err := t.request(&options).Do(ctx).Get()
	t.is(err)
	return listed, err
}

func (t *table) watch(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	options.Watch = true
	w, err := t.request(&options).Watch(ctx)
	t.is(err)
	if err != nil {
		return nil, err
	}
	return t.listen(w), nil
}

// listen ends a watch that says nothing for too long; the reflector begins it anew.
func (t *table) listen(w watch.Interface) watch.Interface {
	timer := time.AfterFunc(t.silence, func() {
		t.hasBeenSilent()
		w.Stop()
	})
	heard := watch.Filter(w, func(e watch.Event) (watch.Event, bool) {
		timer.Reset(t.silence)
		return e, true
	})
	return &listened{heard, timer}
}

// listened is a watch that a timer belongs to.
type listened struct {
	watch.Interface
	timer *time.Timer
}

func (l *listened) Stop() {
	l.timer.Stop()
	l.Interface.Stop()
}

// is notes how the last request ended.
func (t *table) is(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
}

func (t *table) hasBeenSilent() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.silent = fmt.Errorf("the watch has said nothing for %s; it is begun anew", t.silence)
}

// state returns whether the table has been listed, and what is wrong with it; once, that a watch has said nothing.
func (t *table) state() (synced bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err = t.err; err == nil {
		err, t.silent = t.silent, nil
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", t.resource, explain(err))
	}
	return t.synced, err
}

// forbidden tells that the table is optional and may not be read.
func (t *table) forbidden() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.optional && apierrors.IsForbidden(t.err)
}

// Add, Update, Delete, Replace and Resync are what a reflector tells.

func (t *table) Add(object any) error    { t.put(object); return nil }
func (t *table) Update(object any) error { t.put(object); return nil }
func (t *table) Delete(object any) error { t.remove(object); return nil }
func (t *table) Resync() error           { return nil }

func (t *table) Replace(objects []any, _ string) error {
	t.replace(objects)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.synced = true
	return nil
}

// tableOf is the table of one resource, which changes the collector's cluster.
func tableOf[T runtime.Object](c *Collector, client *rest.RESTClient, resource, fields string, example T,
	key func(T) string, held func(*cluster) []string, put func(*cluster, T), remove func(*cluster, string),
) *table {
	change := func(do func()) {
		c.mu.Lock()
		do()
		some := len(c.cluster.changed) > 0
		c.mu.Unlock()
		if !some {
			return
		}
		select {
		case c.changed <- struct{}{}:
		default:
		}
	}
	return &table{
		client: client, resource: resource, fields: fields, example: example, silence: c.silence,
		put:    func(object any) { change(func() { put(c.cluster, object.(T)) }) },
		remove: func(object any) { change(func() { remove(c.cluster, key(object.(T))) }) },
		replace: func(objects []any) {
			change(func() {
				replaceAll(objects, held(c.cluster), key, func(t T) { put(c.cluster, t) }, func(name string) { remove(c.cluster, name) })
			})
		},
	}
}
