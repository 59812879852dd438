package client;

import client.api.EventsApi;
import client.model.Event;
import client.model.Receipt;
import java.util.Map;

/**
 * Publishes an event with the client that openapi-generator makes of docs/openapi.json, and reads
 * it.
 */
public final class Publish {
  private Publish() {}

  public static void main(String[] args) throws ApiException {
    ApiClient client = new ApiClient();
    client.updateBaseUri(args[0]);
    EventsApi events = new EventsApi(client);

    Receipt receipt =
        events.publishEvent("client.java", null, null, null, null, Map.of("from", "java"));
    Event event = events.getEvent(receipt.getId());
    if (!event.getEventType().equals("client.java")) {
      throw new IllegalStateException(event.toString());
    }
    System.out.println("Java published " + event.getId());
  }
}
