package clouds

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/endpoints"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/projects"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/roles"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/services"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/users"
	"github.com/gophercloud/gophercloud/v2/pagination"
)

// Region is the region of the cloud.
const Region = "RegionOne"

// OpenStack is Keystone, Placement and Nova.
type OpenStack struct {
	t                         testing.TB
	folder, python            string
	keystone, placement, nova int    // ports
	PlacementProxy, NovaProxy *Proxy // what the catalogue leads to
	client                    *gophercloud.ProviderClient
	processes                 map[string]*process
}

// Hypervisor is what a nova-compute says of its host.
type Hypervisor struct {
	UUID           string `json:"uuid"`
	Host           string `json:"host"`
	Name           string `json:"name"`
	IP             string `json:"ip"`
	VCPUs          int    `json:"vcpus"`
	VCPUsUsed      int    `json:"vcpus_used"`
	MemoryMB       int    `json:"memory_mb"`
	MemoryMBUsed   int    `json:"memory_mb_used"`
	LocalGB        int    `json:"local_gb"`
	LocalGBUsed    int    `json:"local_gb_used"`
	RunningVMs     int    `json:"running_vms"`
	Disabled       bool   `json:"disabled"`
	DisabledReason string `json:"disabled_reason"`
	Down           bool   `json:"down"`
}

// Provider is a resource provider as Placement keeps it.
type Provider struct {
	UUID        string                    `json:"uuid"`
	Name        string                    `json:"name"`
	Traits      []string                  `json:"traits"`
	Inventories map[string]Inventory      `json:"inventories"` // by resource class
	Consumers   map[string]map[string]int `json:"consumers"`   // what each has been given, by resource class
}

// Inventory is what a provider has of one resource class.
type Inventory struct {
	Total           int     `json:"total"`
	Reserved        int     `json:"reserved"`
	AllocationRatio float64 `json:"allocation_ratio"`
}

// StartOpenStack starts a cloud without hypervisors, whose user admin has the password secret.
func StartOpenStack(t testing.TB) *OpenStack {
	t.Helper()
	prepared := filepath.Join(cache(t), "openstack")
	o := &OpenStack{
		t: t, folder: filepath.Join(t.TempDir(), "openstack"), python: filepath.Join(prepared, "venv", "bin", "python"),
		keystone: freePort(t), placement: freePort(t), nova: freePort(t), processes: map[string]*process{},
	}
	data, err := filepath.EvalSymlinks(filepath.Join(prepared, "data"))
	if err != nil {
		t.Fatal(err)
	}
	run(t, exec.Command("cp", "-r", data, o.folder))
	run(t, o.script("move.py", o.folder, data, o.folder, "http://keystone.invalid", o.url(o.keystone, "")))
	o.Start("keystone", "placement", "nova")
	o.PlacementProxy, o.NovaProxy = newProxy(t, o.url(o.placement, ""), ""), newProxy(t, o.url(o.nova, ""), "")
	o.register()
	return o
}

func (o *OpenStack) script(name string, args ...string) *exec.Cmd {
	return exec.Command(o.python, append([]string{filepath.Join(scripts(), "openstack", name)}, args...)...)
}

func (o *OpenStack) url(port int, path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", port, path)
}

// Start starts services that do not run.
func (o *OpenStack) Start(names ...string) {
	o.t.Helper()
	applications := map[string]struct {
		application string
		port        int
		environment []string
	}{
		"keystone":  {"keystone.wsgi.api:application", o.keystone, []string{"OS_KEYSTONE_CONFIG_FILES=" + filepath.Join(o.folder, "keystone", "keystone.conf")}},
		"placement": {"placement.wsgi.api:application", o.placement, []string{"OS_PLACEMENT_CONFIG_DIR=" + filepath.Join(o.folder, "placement")}},
		"nova":      {"nova.wsgi.osapi_compute:application", o.nova, []string{"OS_NOVA_DISABLE_EVENTLET_PATCHING=1", "OS_NOVA_CONFIG_DIR=" + filepath.Join(o.folder, "nova")}},
	}
	for _, name := range names {
		a := applications[name]
		cmd := o.script("serve.py", a.application, fmt.Sprint(a.port))
		cmd.Env = append(os.Environ(), a.environment...)
		o.processes[name] = start(o.t, cmd, func() error { return nil })
	}
	for _, name := range names {
		o.processes[name].await(dial(applications[name].port))
	}
}

// Stop stops a service.
func (o *OpenStack) Stop(name string) { o.processes[name].stop() }

// register puts Placement and Nova into the catalogue.
func (o *OpenStack) register() {
	o.t.Helper()
	ctx := context.Background()
	client, err := openstack.AuthenticatedClient(ctx, o.auth())
	if err != nil {
		o.t.Fatal(err)
	}
	o.client = client
	identity, err := openstack.NewIdentityV3(client, gophercloud.EndpointOpts{Region: Region})
	if err != nil {
		o.t.Fatal(err)
	}
	for kind, url := range map[string]string{"placement": o.PlacementProxy.URL, "compute": o.NovaProxy.URL + "/v2.1"} {
		service, err := services.Create(ctx, identity, services.CreateOpts{Type: kind}).Extract()
		if err != nil {
			o.t.Fatal(err)
		}
		_, err = endpoints.Create(ctx, identity, endpoints.CreateOpts{
			Availability: gophercloud.AvailabilityPublic, Name: kind, Region: Region, ServiceID: service.ID, URL: url,
		}).Extract()
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

func (o *OpenStack) auth() gophercloud.AuthOptions {
	return gophercloud.AuthOptions{
		IdentityEndpoint: o.url(o.keystone, "/v3"), Username: "admin", Password: "secret", TenantName: "admin", DomainName: "Default",
	}
}

// CloudsYAML writes a clouds.yaml with the cloud test, and returns its path.
func (o *OpenStack) CloudsYAML(user, password string) string {
	o.t.Helper()
	path := filepath.Join(o.t.TempDir(), "clouds.yaml")
	text := fmt.Sprintf(`clouds:
  test:
    region_name: %s
    auth: {auth_url: %q, username: %q, password: %q, project_name: admin, user_domain_name: Default, project_domain_name: Default}
`, Region, o.url(o.keystone, "/v3"), user, password)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return path
}

// Environment returns the variables that name the cloud and its user admin.
func (o *OpenStack) Environment() map[string]string {
	return map[string]string{
		"OS_AUTH_URL": o.url(o.keystone, "/v3"), "OS_USERNAME": "admin", "OS_PASSWORD": "secret", "OS_PROJECT_NAME": "admin",
		"OS_DOMAIN_NAME": "Default", "OS_REGION_NAME": Region,
	}
}

// SetHypervisors makes Nova have these hypervisors and no others.
func (o *OpenStack) SetHypervisors(hypervisors ...Hypervisor) {
	o.t.Helper()
	o.fill("hypervisors.py", hypervisors)
}

// AddProviders puts providers into Placement's database, which must have none: 10,000 take its interface minutes.
func (o *OpenStack) AddProviders(providers ...Provider) {
	o.t.Helper()
	o.fill("providers.py", providers)
}

// fill runs a script that puts things into a database.
func (o *OpenStack) fill(script string, things any) {
	o.t.Helper()
	text, err := json.Marshal(things)
	if err != nil {
		o.t.Fatal(err)
	}
	cmd := o.script(script, o.folder)
	cmd.Stdin = bytes.NewReader(text)
	run(o.t, cmd)
}

// Placement sends a request to Placement, which must be content with it.
func (o *OpenStack) Placement(method, path string, body any) {
	o.t.Helper()
	options := &gophercloud.RequestOpts{OkCodes: []int{200, 201, 204}, MoreHeaders: map[string]string{"OpenStack-API-Version": "placement 1.39"}}
	if body != nil {
		options.JSONBody = body
	}
	response, err := o.client.Request(context.Background(), method, o.url(o.placement, path), options)
	if err != nil {
		o.t.Fatalf("%s %s: %v", method, path, err)
	}
	response.Body.Close()
}

// AddUser adds a user with a role in the project admin.
func (o *OpenStack) AddUser(name, password, role string) {
	o.t.Helper()
	ctx := context.Background()
	identity, err := openstack.NewIdentityV3(o.client, gophercloud.EndpointOpts{Region: Region})
	if err != nil {
		o.t.Fatal(err)
	}
	user, err := users.Create(ctx, identity, users.CreateOpts{Name: name, Password: password, DomainID: "default"}).Extract()
	if err != nil {
		o.t.Fatal(err)
	}
	assign := roles.AssignOpts{UserID: user.ID, ProjectID: o.idOf(projects.List(identity, projects.ListOpts{Name: "admin"}), "projects")}
	if err := roles.Assign(ctx, identity, o.idOf(roles.List(identity, roles.ListOpts{Name: role}), "roles"), assign).ExtractErr(); err != nil {
		o.t.Fatal(err)
	}
}

// idOf is the id of the only thing in a list.
func (o *OpenStack) idOf(pager pagination.Pager, name string) string {
	o.t.Helper()
	page, err := pager.AllPages(context.Background())
	if err != nil {
		o.t.Fatal(err)
	}
	text, err := json.Marshal(page.GetBody())
	if err != nil {
		o.t.Fatal(err)
	}
	var listed map[string]json.RawMessage
	var things []struct {
		ID string `json:"id"`
	}
	if err := errors.Join(json.Unmarshal(text, &listed), json.Unmarshal(listed[name], &things)); err != nil || len(things) != 1 {
		o.t.Fatalf("%d %s, want 1 (%v)", len(things), name, err)
	}
	return things[0].ID
}
