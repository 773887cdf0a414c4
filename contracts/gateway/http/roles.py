"""Who operates: a bearer credential with a role. `Depends(role("watch"))` on a route asks for it.

`enrol` and `operate` may also do what `watch` may; neither may do what the other does.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from contracts.gateway.http.bodies import RefusalBody
from contracts.gateway.http.gateway import Here
from contracts.gateway.serving import admins
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason

Role = Literal["watch", "enrol", "operate"]
Credential = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": RefusalBody},
    403: {"model": RefusalBody},
    422: {"model": RefusalBody},
}
"""What a route behind a role answers besides its own, for the OpenAPI document."""


def role(needed: Role) -> Callable[..., str]:
    """A dependency: the name of the admin that asks, who has this role.

    Raises Refused(ADMIN_UNKNOWN) for no or a wrong credential, Refused(ADMIN_ROLE) for another role.
    """

    def admin(here: Here, credential: Credential) -> str:
        found = None if credential is None else admins.find(here.store, credential.credentials)
        if found is None:
            raise Refused(Reason.ADMIN_UNKNOWN, "Authorization: Bearer and a credential of this gateway")
        if needed not in {found.role, "watch"}:
            raise Refused(Reason.ADMIN_ROLE, f"this needs the role {needed}")
        return found.name

    return admin
