package dev.homing.workflows;

import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributes;
import java.util.List;

/** The search attributes that operators find workflows by, all of type Keyword. */
public final class Search {
  public static final SearchAttributeKey<String> TENANT = SearchAttributeKey.forKeyword("Tenant");
  public static final SearchAttributeKey<String> SUBSCRIPTION_ID =
      SearchAttributeKey.forKeyword("SubscriptionId");
  public static final SearchAttributeKey<String> EVENT_TYPE =
      SearchAttributeKey.forKeyword("EventType");
  public static final SearchAttributeKey<String> EVENT_ID =
      SearchAttributeKey.forKeyword("EventId");

  /** All of them. The server rejects a start with an attribute that it does not know. */
  public static final List<SearchAttributeKey<String>> ALL =
      List.of(TENANT, SUBSCRIPTION_ID, EVENT_TYPE, EVENT_ID);

  private Search() {}

  /** For a workflow that several events share: their ids would not fit. */
  public static SearchAttributes of(Tenant tenant) {
    return SearchAttributes.newBuilder().set(TENANT, tenant.name()).build();
  }

  public static SearchAttributes of(Tenant tenant, SubscriptionId subscription) {
    return SearchAttributes.newBuilder(of(tenant))
        .set(SUBSCRIPTION_ID, subscription.toString())
        .build();
  }

  public static SearchAttributes of(Tenant tenant, EventId event, String eventType) {
    return SearchAttributes.newBuilder()
        .set(TENANT, tenant.name())
        .set(EVENT_ID, event.toString())
        .set(EVENT_TYPE, eventType)
        .build();
  }

  public static SearchAttributes of(
      Tenant tenant, EventId event, String eventType, SubscriptionId subscription) {
    return SearchAttributes.newBuilder(of(tenant, event, eventType))
        .set(SUBSCRIPTION_ID, subscription.toString())
        .build();
  }
}
