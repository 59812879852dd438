package dev.homing.app.access;

import static dev.homing.app.journey.Api.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.Port;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.handler.HandlerExceptionResolverComposite;
import tools.jackson.databind.JsonNode;

/** Operators manage tenants and keys. */
class KeysTest {
  private final RunningHoming homing = RunningHoming.withAdminKey();
  private final Api admin = homing.admin();

  @Test
  void aTenantIsRegisteredOnce() {
    String name = Names.unique();

    Api.Answer made = admin.post("/tenants", Map.of("name", name)).expect(201);

    assertThat(made.header("Location")).isEqualTo("/tenants/" + name);
    assertThat(text(admin.get("/tenants/" + name).expect(200).json(), "name")).isEqualTo(name);
    assertThat(admin.get("/tenants").expect(200).text()).contains(name, "default");
    admin.post("/tenants", Map.of("name", name)).expect(409);
    admin.get("/tenants/nobody").expect(404);
    admin.send("PATCH", "/tenants/nobody", "{}").expect(404);
  }

  @Test
  void operatorsSetATenantsPace() {
    String name = Names.unique();
    String path = "/tenants/" + name;
    Map<String, Object> rate = Map.of("limit", 50, "per", "1s");
    JsonNode made = admin.post("/tenants", Map.of("name", name, "rate", rate)).expect(201).json();
    assertThat(made.get("rate").toString()).isEqualTo("{\"limit\":50,\"per\":1}");
    assertThat(made.get("max_in_flight").isNull()).isTrue();

    admin.send("PATCH", path, "{\"rate\": {\"limit\": 60}, \"max_in_flight\": 7}").expect(200);

    JsonNode changed = admin.get(path).json();
    assertThat(changed.get("rate").toString()).isEqualTo("{\"limit\":60,\"per\":1}");
    assertThat(changed.get("max_in_flight").intValue()).isEqualTo(7);
    assertThat(admin.send("PATCH", path, "{\"rate\": null}").json().get("rate").isNull()).isTrue();
    assertThat(admin.send("PATCH", path, "{\"max_in_flight\": 501}").expect(422).text())
        .contains("max_in_flight");
    assertThat(admin.send("PATCH", path, "{\"rate\": 5}").expect(400).text()).contains("rate");
    assertThat(admin.get("/audit?action=tenant.changed&target=" + name).json().get("items"))
        .hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"Acme", "-acme", "a.b", "a b", "''", "ä"})
  void tenantNamesAreRestricted(String name) {
    admin.post("/tenants", Map.of("name", name)).expect(422);
  }

  @Test
  void aKeyIsShownOnceAndStoredAsAHash() {
    JsonNode made = key(Map.of("scopes", List.of("read", "publish"), "description", "for billing"));
    String key = text(made, "key");

    assertThat(key).startsWith(text(made, "id") + "_");
    JsonNode shown = admin.get("/keys/" + text(made, "id")).expect(200).json();
    assertThat(shown.has("key")).isFalse();
    assertThat(text(shown, "description")).isEqualTo("for billing");
    assertThat(shown.get("scopes").toString()).isEqualTo("[\"publish\",\"read\"]");
    assertThat(admin.get("/keys?tenant=default").text()).contains(text(made, "id"));
    String secret = key.split("_", -1)[2];
    assertThat(
            homing
                .bean(JdbcClient.class)
                .sql("select count(*) from api_keys k where k::text ilike '%' || ? || '%'")
                .param(secret)
                .query(Integer.class)
                .single())
        .isZero();
  }

  @Test
  void aKeyActsForItsTenant() {
    String tenant = Names.unique();
    admin.post("/tenants", Map.of("name", tenant)).expect(201);
    Api theirs = api(key(Map.of("tenant", tenant, "scopes", List.of("manage", "read"))));

    String id = Api.id(subscribe(theirs).expect(201));

    theirs.get("/subscriptions/" + id).expect(200);
    admin.get("/subscriptions/" + id).expect(404);
  }

  @Test
  void aRevokedKeyIsRefused() {
    JsonNode made = key(Map.of("scopes", List.of("read")));
    api(made).get("/subscriptions").expect(200);

    admin.delete("/keys/" + text(made, "id")).expect(204);

    api(made).get("/subscriptions").expect(401);
    admin.delete("/keys/" + text(made, "id")).expect(204);
    assertThat(admin.get("/keys/" + text(made, "id")).json().get("revoked_at").isString()).isTrue();
  }

  @Test
  void aKeyThatAnotherNodeRevokedIsRefusedWithinHalfAMinute() {
    ApiKeys keys = homing.bean(ApiKeys.class);
    AtomicLong nanos = new AtomicLong();
    ApiKeyCache here = new ApiKeyCache(keys, Clock.systemUTC(), nanos::get);
    JsonNode made = key(Map.of("scopes", List.of("read")));
    assertThat(here.caller(text(made, "key"))).isPresent();

    admin.delete("/keys/" + text(made, "id")).expect(204);
    nanos.set(Duration.ofSeconds(30).toNanos());

    assertThat(here.caller(text(made, "key"))).isEmpty();
  }

  /** The request reads the key, the key is revoked, then the request continues. */
  @Test
  void keyRevokedDuringAReadIsNotCached() throws InterruptedException {
    JsonNode made = key(Map.of("scopes", List.of("read")));
    KeyId id = KeyId.read(text(made, "id")).orElseThrow();
    AtomicReference<ApiKeyCache> here = new AtomicReference<>();
    AtomicReference<Thread> revoking = new AtomicReference<>();
    DataSource revokedAfterTheFirstRead =
        new DelegatingDataSource(homing.bean(DataSource.class)) {
          @Override
          public Connection getConnection() throws SQLException {
            return revoking.get() != null
                ? super.getConnection()
                : onClose(super.getConnection(), () -> revoking.set(revoke(id, here.get())));
          }
        };
    here.set(
        new ApiKeyCache(
            new ApiKeys(JdbcClient.create(revokedAfterTheFirstRead)), Clock.systemUTC()));

    assertThat(here.get().caller(text(made, "key"))).isPresent();

    revoking.get().join();
    assertThat(here.get().caller(text(made, "key"))).isEmpty();
  }

  /** Returns once the key is revoked, and evicted here unless that has to wait. */
  private Thread revoke(KeyId id, ApiKeyCache here) {
    homing.bean(ApiKeys.class).revoke(id);
    Thread evicting = Thread.ofPlatform().start(() -> here.evict(id));
    await()
        .until(
            () ->
                EnumSet.of(Thread.State.TERMINATED, Thread.State.BLOCKED, Thread.State.WAITING)
                    .contains(evicting.getState()));
    return evicting;
  }

  private static Connection onClose(Connection connection, Runnable action) {
    return (Connection)
        Proxy.newProxyInstance(
            KeysTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, args) -> {
              if (method.getName().equals("close")) {
                action.run();
              }
              return method.invoke(connection, args);
            });
  }

  @Test
  void aKeyExpires() {
    JsonNode made =
        key(
            Map.of(
                "scopes", List.of("read"), "expires_at", Instant.now().plusSeconds(2).toString()));
    api(made).get("/subscriptions").expect(200);

    await().until(() -> api(made).get("/subscriptions").status() == 401);
  }

  @Test
  void itsLastUseIsRecorded() {
    JsonNode made = key(Map.of("scopes", List.of("read")));
    assertThat(made.get("last_used_at").isNull()).isTrue();

    api(made).get("/subscriptions").expect(200);

    await()
        .until(() -> admin.get("/keys/" + text(made, "id")).json().get("last_used_at").isString());
  }

  /** Otherwise the answer would reveal which part of a guess was right. */
  @Test
  void everyInvalidKeyGetsTheSameAnswer() {
    JsonNode revoked = key(Map.of("scopes", List.of("read")));
    admin.delete("/keys/" + text(revoked, "id")).expect(204);
    JsonNode valid = key(Map.of("scopes", List.of("read")));
    String wrongSecret =
        new ApiKeyToken(KeyId.read(text(valid, "id")).orElseThrow(), "0".repeat(64)).text();
    String unknown =
        new ApiKeyToken(
                KeyId.read("hk_01890a5d-ac96-774b-bcce-b302099a8057").orElseThrow(), "0".repeat(64))
            .text();
    Api.Answer without = homing.api().get("/subscriptions").expect(401);

    for (String wrong : List.of(text(revoked, "key"), wrongSecret, unknown, "nonsense")) {
      Api.Answer refused =
          homing.api().authorized("Bearer " + wrong).get("/subscriptions").expect(401);
      assertThat(refused.text()).isEqualTo(without.text());
      assertThat(refused.header("WWW-Authenticate")).isEqualTo(without.header("WWW-Authenticate"));
    }
  }

  /** Otherwise timing would reveal which ids exist. */
  @Test
  void wrongKeyCostsTheSameForKnownAndUnknownIds() {
    AtomicInteger asked = new AtomicInteger();
    DataSource counting =
        new DelegatingDataSource(homing.bean(DataSource.class)) {
          @Override
          public Connection getConnection() throws SQLException {
            asked.incrementAndGet();
            return super.getConnection();
          }
        };
    ApiKeyCache keys = new ApiKeyCache(new ApiKeys(JdbcClient.create(counting)), Clock.systemUTC());
    String valid = text(key(Map.of("scopes", List.of("read"))), "key");
    String known =
        new ApiKeyToken(ApiKeyToken.read(valid).orElseThrow().id(), "0".repeat(64)).text();
    String unknown =
        new ApiKeyToken(
                KeyId.read("hk_01890a5d-ac96-774b-bcce-b302099a8057").orElseThrow(), "0".repeat(64))
            .text();
    assertThat(keys.caller(valid)).isPresent();
    await().until(() -> asked.get() == 2); // Its use is noted.

    for (String wrong : List.of(known, unknown, known, unknown)) {
      asked.set(0);
      assertThat(keys.caller(wrong)).isEmpty();
      assertThat(asked).as(wrong).hasValue(1);
    }
    asked.set(0);
    assertThat(keys.caller(valid)).isPresent();
    assertThat(asked).as("remembered").hasValue(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"tenant\": \"default\"}                                                    | scopes",
        "{\"tenant\": \"default\", \"scopes\": []}                                    | scopes",
        "{\"tenant\": \"default\", \"scopes\": [\"READ\"]}                            | scopes",
        "{\"tenant\": \"default\", \"scopes\": [\"read\", null]}                      | scopes",
        "{\"scopes\": [\"read\"]}                                                     | tenant",
        "{\"tenant\": \"nobody\", \"scopes\": [\"read\"]}                             | tenant",
        "{\"tenant\": \"default\", \"scopes\": [\"read\"], \"expires_at\":"
            + " \"2020-01-01T00:00:00Z\"} | expires_at",
      })
  void invalidKeyRequestNamesTheField(String request, String field) {
    assertThat(admin.post("/keys", request).expect(422).json().get("errors").toString())
        .contains("\"" + field + "\"");
  }

  @Test
  void readOnlyFieldsAreRefused() {
    admin
        .post(
            "/keys",
            "{\"tenant\": \"default\", \"scopes\": [\"read\"], \"last_used_at\":"
                + " \"2020-01-01T00:00:00Z\"}")
        .expect(400);
  }

  @Test
  void withoutPostgresqlAKeyGets503() throws IOException, ServletException {
    DataSource unreachable =
        new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:%d/x".formatted(Port.free()));
    AccessSettings settings = new AccessSettings(RunningHoming.ADMIN_KEY, "");
    CallerFilter filter =
        new CallerFilter(
            settings,
            new Credentials(
                settings,
                new ApiKeyCache(new ApiKeys(JdbcClient.create(unreachable)), Clock.systemUTC()),
                new WrongKeyLimit(new SimpleMeterRegistry())),
            new Admission(UUID::randomUUID),
            homing.bean(HandlerExceptionResolverComposite.class));
    MockHttpServletRequest request = new MockHttpServletRequest("POST", "/webhooks/a");
    KeyId id = new KeyId(UUID.randomUUID());
    request.addHeader(
        "Authorization", "Bearer " + ApiKeyToken.generate(id, new SecureRandom()).text());
    MockHttpServletResponse response = new MockHttpServletResponse();
    MockFilterChain chain = new MockFilterChain();

    filter.doFilter(request, response, chain);

    assertThat(response.getStatus()).isEqualTo(503);
    assertThat(response.getHeader("Retry-After")).isEqualTo("5");
    assertThat(chain.getRequest()).isNull();
  }

  private JsonNode key(Map<String, Object> fields) {
    Map<String, Object> request = new HashMap<>(fields);
    request.putIfAbsent("tenant", "default");
    return admin.post("/keys", request).expect(201).json();
  }

  private Api api(JsonNode key) {
    return homing.api().authorized("Bearer " + text(key, "key"));
  }

  private static Api.Answer subscribe(Api api) {
    return api.post(
        "/subscriptions", Map.of("url", "https://example.com", "event_types", List.of("a")));
  }
}
