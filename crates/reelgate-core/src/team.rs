//! Teams: accounts of several people, with a pool that is spent in the studio.

use crate::credits::Credits;
use crate::error::{Error, Kind};
use crate::id::{AccountId, KeyId, UserId};
use crate::ledger::Funds;
use crate::people::Seat;
use crate::time::Timestamp;
use crate::user::MemberRole;

/// Most members of a team.
pub const MEMBERS_MAX: usize = 100;
/// Most teams that one person belongs to.
pub const TEAMS_MAX: usize = 100;

/// A request about teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamCall {
    /// List the person's teams.
    List,
    /// Make a team; its maker becomes its admin.
    Create {
        /// Its name.
        name: String,
    },
    /// Show a team and its members.
    Show(AccountId),
    /// Give somebody a place in it.
    Add {
        /// In which team.
        team: AccountId,
        /// Whom, by name.
        name: String,
        /// What they may do in it.
        role: MemberRole,
    },
    /// Change what a member may do.
    SetRole {
        /// In which team.
        team: AccountId,
        /// Whose.
        user: UserId,
        /// To what.
        role: MemberRole,
    },
    /// Take a member's place away; members may leave by themselves.
    Remove {
        /// In which team.
        team: AccountId,
        /// Whose.
        user: UserId,
    },
    /// Move credits from the person's own balance to the pool.
    Fund {
        /// Of which team.
        team: AccountId,
        /// How many.
        credits: Credits,
    },
}

/// An answer about teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamReply {
    /// The person's places in teams.
    Teams(Vec<Seat>),
    /// A team and its members.
    Team(Box<TeamView>),
    /// A team that was just made.
    Made(Box<TeamView>),
    /// Credits were moved.
    Funded {
        /// What the pool has now.
        pool: Funds,
        /// What the giver has left.
        own: Funds,
    },
}

/// A team, as a member sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamView {
    /// The member's own place.
    pub seat: Seat,
    /// Everybody's, in the order in which they came.
    pub members: Vec<Member>,
}

/// A member of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: MemberRole,
    /// What their orders for the team are filed under.
    pub key: KeyId,
    /// Since when.
    pub since: Timestamp,
}

/// What is to happen to a member's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A place for one more.
    Add,
    /// Another role for this member.
    SetRole(UserId, MemberRole),
    /// No place for this member any more.
    Remove(UserId),
}

/// Whether `actor` may change a team with these members so. Admins may do everything; everybody may
/// leave; the last admin stays.
///
/// # Errors
/// `Forbidden` for members, `NotFound` for somebody who is no member, `Conflict` for the last admin
/// and beyond [`MEMBERS_MAX`].
pub fn check(members: &[Member], actor: UserId, change: Change) -> Result<(), Error> {
    let role_of = |user| members.iter().find(|one| one.user == user).map(|one| one.role);
    let is_admin = role_of(actor) == Some(MemberRole::Admin);
    let leaves = change == Change::Remove(actor);
    if !is_admin && !leaves {
        return Err(Error::new(Kind::Forbidden, "Only an admin of the team may do this"));
    }
    let (user, after) = match change {
        Change::Add if members.len() >= MEMBERS_MAX => {
            let message = format!("a team has at most {MEMBERS_MAX} members");
            return Err(Error::new(Kind::Conflict, message));
        }
        Change::Add => return Ok(()),
        Change::SetRole(user, role) => (user, Some(role)),
        Change::Remove(user) => (user, None),
    };
    let before = role_of(user).ok_or_else(no_member)?;
    let admins = members.iter().filter(|one| one.role == MemberRole::Admin).count();
    if before == MemberRole::Admin && after != Some(MemberRole::Admin) && admins == 1 {
        return Err(Error::new(Kind::Conflict, "a team keeps at least one admin"));
    }
    Ok(())
}

/// Nobody of this team.
#[must_use]
pub fn no_member() -> Error {
    Error::new(Kind::NotFound, "member not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u64) -> UserId {
        UserId::new(Timestamp::from_ms(1), n)
    }

    fn team(roles: &[MemberRole]) -> Vec<Member> {
        let member = |(n, role): (usize, &MemberRole)| Member {
            user: user(n as u64),
            name: format!("m{n}"),
            role: *role,
            key: KeyId::new(Timestamp::from_ms(1), n as u64),
            since: Timestamp::from_ms(1),
        };
        roles.iter().enumerate().map(member).collect()
    }

    #[test]
    fn admins_change_a_team_and_members_only_leave_it() {
        use MemberRole::{Admin, Member};
        let members = team(&[Admin, Member, Member]);
        let may = |actor, change| check(&members, user(actor), change).map_err(|e| e.kind);
        for change in [Change::Add, Change::SetRole(user(1), Admin), Change::Remove(user(2))] {
            assert_eq!(may(0, change), Ok(()));
            assert_eq!(may(1, change), Err(Kind::Forbidden), "{change:?}");
            assert_eq!(may(9, change), Err(Kind::Forbidden), "{change:?}");
        }
        assert_eq!(may(1, Change::Remove(user(1))), Ok(()));
        assert_eq!(may(0, Change::Remove(user(9))), Err(Kind::NotFound));
    }

    #[test]
    fn the_last_admin_stays_one() {
        use MemberRole::{Admin, Member};
        let alone = team(&[Admin, Member]);
        for change in [Change::Remove(user(0)), Change::SetRole(user(0), Member)] {
            let error = check(&alone, user(0), change).expect_err("nobody would be left");
            assert_eq!(error.kind, Kind::Conflict);
            assert_eq!(check(&team(&[Admin, Admin]), user(0), change), Ok(()));
        }
        let full = team(&[Admin; MEMBERS_MAX]);
        assert!(check(&full, user(0), Change::Add).is_err());
    }
}
