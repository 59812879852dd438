package dev.homing.app.browser;

import static java.util.Map.entry;

import dev.homing.app.browser.Installation.Account;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sample tenant, whose receivers all do differently. Its texts are the same in each run; ids and
 * times are not. Nobody changes it.
 *
 * @param failing the subscription that is answered 503
 * @param retrying a delivery to that one
 * @param order an event with three recipients
 * @param unmatched an event without any
 */
record Acme(
    Account account,
    String healthy,
    String failing,
    String delivered,
    String retrying,
    String failed,
    String order,
    String unmatched) {
  static final String TENANT = "acme";

  private static @Nullable Acme shared;

  static synchronized Acme shared() {
    Acme acme = shared;
    if (acme == null) {
      acme = found(Installation.shared());
      shared = acme;
    }
    return acme;
  }

  private static Acme found(Installation installation) {
    NamedReceivers receivers = installation.receivers();
    receivers.answer(
        "erp.acme.example", saying(503, "{\"error\":\"maintenance\",\"until\":\"18:00\"}"));
    receivers.answer("billing.globex.example", saying(401, "{\"error\":\"unknown signature\"}"));
    receivers.answer("old.initech.example", Reply.status(410));
    Account account = installation.newAccount(TENANT);
    Api api = account.api();

    String gone =
        subscribe(api, "old.initech.example/in", "parcel.*", "Parcels, old shop", Map.of());
    String billing =
        subscribe(api, "billing.globex.example/events", "order.paid", "Invoices", Api.ONCE);
    String paused =
        subscribe(api, "crm.hooli.example/hook", "customer.*", "Customers to the CRM", Map.of());
    String failing =
        subscribe(
            api,
            "erp.acme.example/webhooks",
            "order.*",
            "Orders to the ERP",
            Map.of("retry", Map.of("initial_interval", "1s", "max_interval", "12h")));
    String healthy =
        subscribe(
            api,
            "api.warehouse.example/homing",
            "order.*",
            "Orders to the warehouse",
            Map.ofEntries(
                entry("headers", Map.of("X-Shop", "acme")),
                entry("secret_headers", Map.of("Authorization", "Bearer of-the-warehouse")),
                entry("metadata", Map.of("team", "logistics"))));
    api.change(paused, Map.of("enabled", false));

    String parcel = publish(api, "parcel.sent", "parcel-77", "{\"parcel\":\"77\"}");
    api.await(api.deliveryId(parcel, gone), "cancelled");
    String customer =
        publish(api, "customer.moved", "", "{\"customer\":\"C-310\",\"city\":\"Ghent\"}");
    api.await(api.deliveryId(customer, paused), "held");
    String unmatched = publish(api, "stock.counted", "", "{\"article\":\"A-7\",\"left\":12}");
    String paid = publish(api, "order.paid", "order-1041-paid", order("1041", "paid"));
    String failed = api.deliveryId(paid, billing);
    api.await(failed, "failed");
    String order = publish(api, "order.created", "order-1042", order("1042", "new"));
    String delivered = api.deliveryId(order, healthy);
    api.await(delivered, "delivered");
    String retrying = api.deliveryId(order, failing);
    api.awaitDelivery(retrying, "attempt_count", 3);
    return new Acme(account, healthy, failing, delivered, retrying, failed, order, unmatched);
  }

  private static Reply saying(int status, String body) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      Reply.saying(status, body).to(exchange);
    };
  }

  private static String order(String number, String state) {
    return """
    {"order":"%s","state":"%s","customer":"C-310","total":"129.90","currency":"EUR",\
    "lines":[{"article":"A-7","quantity":2},{"article":"B-12","quantity":1}]}\
    """
        .formatted(number, state);
  }

  private static String subscribe(
      Api api, String place, String type, String description, Map<String, Object> more) {
    Map<String, Object> subscription = new HashMap<>(more);
    subscription.put("url", "http://" + place);
    subscription.put("event_types", List.of(type));
    subscription.put("description", description);
    return Api.id(api.post("/subscriptions", subscription).expect(201));
  }

  /** The name is the client's own id of the event; empty: none. */
  private static String publish(Api api, String type, String name, String payload) {
    String[] headers = name.isEmpty() ? new String[0] : new String[] {"Homing-Event-Id", name};
    return Api.id(api.send("POST", "/webhooks/" + type, payload, headers).expect(202));
  }
}
