package dev.homing.activities.subscription;

import dev.homing.activities.secret.Secrets;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Seals what subscriptions keep secret with the newest key, so that an old one may go. */
public final class Resealing {
  private static final Logger log = LoggerFactory.getLogger(Resealing.class);
  private static final int AT_A_TIME = 200;
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private final JsonMapper json = JsonMapper.builder().build();
  private final JdbcClient jdbc;
  private final Secrets secrets;

  public Resealing(JdbcClient jdbc, Secrets secrets) {
    this.jdbc = jdbc;
    this.secrets = secrets;
  }

  /**
   * What came of it, in subscriptions.
   *
   * @param unreadable their key is not configured, or what is stored was changed
   * @param changedMeanwhile by their owners; once more will do
   */
  public record Result(int resealed, int unreadable, int changedMeanwhile) {}

  /** How many secrets are sealed with each key, by its id. Those of deleted subscriptions count. */
  public Map<String, Integer> secretsByKey() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    RowCallbackHandler count = row -> counts.put(row.getString("key"), row.getInt("secrets"));
    jdbc.sql(
            """
            select split_part(sealed, '.', 1) as key, count(*) as secrets
            from (
              select sealed_secret as sealed from subscriptions
              union all
              select earlier ->> 'sealed'
              from subscriptions, jsonb_array_elements(earlier_secrets) earlier
              union all
              select sealed_tls_key from subscriptions where sealed_tls_key is not null
              union all
              select header.value from subscriptions, jsonb_each_text(sealed_headers) header
            ) all_of_them
            group by key order by key
            """)
        .query(count);
    return counts;
  }

  /** A few subscriptions at a time; it may be broken off, and repeated. */
  public Result resealAll() {
    int resealed = 0;
    int unreadable = 0;
    int changed = 0;
    Sealed last = null;
    List<Sealed> some = after(last);
    while (!some.isEmpty()) {
      for (Sealed sealed : some) {
        try {
          Sealed anew = anew(sealed);
          if (!anew.equals(sealed)) {
            boolean written = write(sealed, anew);
            resealed += written ? 1 : 0;
            changed += written ? 0 : 1;
          }
        } catch (IllegalStateException cannotBeOpened) {
          log.error("{}: {}", new SubscriptionId(sealed.id()), cannotBeOpened.getMessage());
          unreadable++;
        }
      }
      last = some.getLast();
      some = after(last);
    }
    return new Result(resealed, unreadable, changed);
  }

  /** What a subscription keeps secret, as it is stored. */
  private record Sealed(
      String tenant,
      UUID id,
      String secret,
      String earlier,
      @Nullable String tlsKey,
      String headers) {}

  private List<Sealed> after(@Nullable Sealed last) {
    return jdbc.sql(
            """
            select tenant, id, sealed_secret, earlier_secrets, sealed_tls_key, sealed_headers
            from subscriptions
            where (tenant, id) > (:tenant, :id)
            order by tenant, id limit :most
            """)
        .param("tenant", last == null ? "" : last.tenant())
        .param("id", last == null ? new UUID(0, 0) : last.id())
        .param("most", AT_A_TIME)
        .query((row, _) -> read(row))
        .list();
  }

  private static Sealed read(ResultSet row) throws SQLException {
    return new Sealed(
        row.getString("tenant"),
        row.getObject("id", UUID.class),
        row.getString("sealed_secret"),
        row.getString("earlier_secrets"),
        row.getString("sealed_tls_key"),
        row.getString("sealed_headers"));
  }

  private Sealed anew(Sealed sealed) {
    Tenant tenant = new Tenant(sealed.tenant());
    SubscriptionId id = new SubscriptionId(sealed.id());
    Map<String, String> before = json.readValue(sealed.headers(), TEXTS);
    Map<String, String> headers = new TreeMap<>();
    before.forEach((name, text) -> headers.put(name, secrets.resealHeader(tenant, id, name, text)));
    return new Sealed(
        sealed.tenant(),
        sealed.id(),
        secrets.reseal(tenant, id, sealed.secret()),
        earlierAnew(tenant, id, sealed.earlier()),
        sealed.tlsKey() == null ? null : secrets.resealTlsKey(tenant, id, sealed.tlsKey()),
        headers.equals(before) ? sealed.headers() : json.writeValueAsString(headers));
  }

  private String earlierAnew(Tenant tenant, SubscriptionId id, String earlier) {
    JsonNode before = json.readTree(earlier);
    JsonNode anew = before.deepCopy();
    for (JsonNode secret : anew) {
      String text = secret.required("sealed").stringValue();
      ((ObjectNode) secret).put("sealed", secrets.reseal(tenant, id, text));
    }
    return anew.equals(before) ? earlier : json.writeValueAsString(anew);
  }

  /** Unless it was changed meanwhile. */
  private boolean write(Sealed before, Sealed anew) {
    return jdbc.sql(
                """
                update subscriptions
                set sealed_secret = :secret,
                  earlier_secrets = cast(:earlier as jsonb),
                  sealed_tls_key = :tlsKey,
                  sealed_headers = cast(:headers as jsonb)
                where tenant = :tenant and id = :id
                  and sealed_secret = :secretBefore
                  and earlier_secrets = cast(:earlierBefore as jsonb)
                  and sealed_tls_key is not distinct from cast(:tlsKeyBefore as text)
                  and sealed_headers = cast(:headersBefore as jsonb)
                """)
            .param("tenant", before.tenant())
            .param("id", before.id())
            .param("secret", anew.secret())
            .param("earlier", anew.earlier())
            .param("tlsKey", anew.tlsKey())
            .param("headers", anew.headers())
            .param("secretBefore", before.secret())
            .param("earlierBefore", before.earlier())
            .param("tlsKeyBefore", before.tlsKey())
            .param("headersBefore", before.headers())
            .update()
        == 1;
  }
}
