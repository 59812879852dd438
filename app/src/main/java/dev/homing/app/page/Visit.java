package dev.homing.app.page;

import dev.homing.app.list.Parameters;
import dev.homing.app.portal.Customer;
import dev.homing.workflows.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/**
 * Who looks at a page, and how its links continue.
 *
 * @param tenant whose resources the page shows
 * @param scopes what the caller may do, in the API's words
 * @param signedIn whether there is a session to end; false in open mode
 * @param path of the request
 * @param query of the request, without what was just done; may be empty
 * @param tenants to choose from; empty unless the caller is an operator
 * @param chosen whether the query names the tenant, so that links do as well
 * @param done what the form just sent has done, in one word; null: nothing
 * @param customer who came by a portal link; null: the caller signed in with a key, or not at all
 */
@Parameters({Visit.TENANT, Visit.DONE})
public record Visit(
    Tenant tenant,
    Set<String> scopes,
    boolean signedIn,
    String path,
    String query,
    List<Tenant> tenants,
    boolean chosen,
    @Nullable String done,
    @Nullable Customer customer) {
  static final String TENANT = "tenant";
  static final String DONE = "done";

  /** The name that pages bear. */
  public String brand() {
    return customer == null || customer.looks().name().isEmpty()
        ? "Homing"
        : customer.looks().name();
  }

  /** Whether the pages show all of the tenant; else one subscription alone. */
  public boolean seesAll() {
    return customer == null || customer.subscription() == null;
  }

  /** The page to begin with. */
  public String home() {
    return customer == null || customer.link() == null || seesAll()
        ? "/ui"
        : customer.link().start();
  }

  public boolean mayRead() {
    return may("read");
  }

  public boolean mayManage() {
    return may("manage");
  }

  public boolean mayPublish() {
    return may("publish");
  }

  public boolean mayReveal() {
    return may("secrets");
  }

  public boolean isOperator() {
    return scopes.contains("admin");
  }

  private boolean may(String scope) {
    return isOperator() || scopes.contains(scope);
  }

  /** A link to a page of this tenant. */
  public String link(String path) {
    String separator = path.contains("?") ? "&" : "?";
    return chosen
        ? path + separator + TENANT + "=" + UriUtils.encode(tenant.name(), StandardCharsets.UTF_8)
        : path;
  }

  /** A link with one more parameter. */
  public String link(String path, String name, String value) {
    String separator = path.contains("?") ? "&" : "?";
    return link(path + separator + name + "=" + UriUtils.encode(value, StandardCharsets.UTF_8));
  }

  /** The page to show once a form was obeyed. */
  public String after(String path, String done) {
    return link(path, DONE, done);
  }

  /** This page again. */
  public String self() {
    return query.isEmpty() ? path : path + "?" + query;
  }

  /** This page again, with one more parameter. */
  public String also(String name, String value) {
    return self()
        + (query.isEmpty() ? "?" : "&")
        + name
        + "="
        + UriUtils.encode(value, StandardCharsets.UTF_8);
  }

  /** This page with another value of a parameter; null: without the parameter. Begins at page 1. */
  public String with(String name, @Nullable String value) {
    return at(path, name, value);
  }

  /** The same with another page, which takes the same parameters. */
  public String at(String path, String name, @Nullable String value) {
    String others =
        Stream.of(query.split("&", -1))
            .filter(part -> !part.isEmpty())
            .filter(part -> !part.startsWith(name + "=") && !part.startsWith("cursor="))
            .collect(Collectors.joining("&"));
    String rest = others.isEmpty() ? path : path + "?" + others;
    return value == null
        ? rest
        : rest
            + (others.isEmpty() ? "?" : "&")
            + name
            + "="
            + UriUtils.encode(value, StandardCharsets.UTF_8);
  }

  /** The next page of a list. */
  public String next(String cursor) {
    return with("cursor", cursor);
  }
}
